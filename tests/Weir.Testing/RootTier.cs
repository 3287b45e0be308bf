using Xunit;

namespace Weir.Testing;

/// <summary>What a test of the root tiers needs. A test without it is skipped and counted; in CI a skip is a failure.</summary>
public static class RootTier
{
    /// <summary>Skips the calling test when it does not run as root, or when one of the programs is not installed.</summary>
    public static void Require(params IReadOnlyList<string> programs)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: network namespaces are made (sudo ./test)");
        foreach (string program in programs)
            Assert.SkipUnless(Tool.Find(program) is not null, $"needs {program} (sudo ./test installs it)");
    }
}
