using Xunit;

namespace Weir.Testing;

/// <summary>The virtual machine with Debian's stock kernel (tests/vm). The tests of Weir.Vm.Tests run inside, with the tools beside them.</summary>
public static class VirtualMachine
{
    /// <summary>Set by the machine's first process.</summary>
    public static bool IsInside => Environment.GetEnvironmentVariable("WEIR_VM_INSIDE") is "1";

    /// <summary>Skips the calling test outside of the machine; loads the kernel's modules inside, and fails when one is missing.</summary>
    public static void Require(params IReadOnlyList<string> modules)
    {
        string reason = Environment.GetEnvironmentVariable("WEIR_VM_MISSING") is { Length: > 0 } missing ? missing : "./test vm runs it";
        Assert.SkipUnless(IsInside, $"needs the virtual machine with Debian's stock kernel: {reason}");
        foreach (string module in modules)
            Tool.Run("modprobe", module);
    }
}
