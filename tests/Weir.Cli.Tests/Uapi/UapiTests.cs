using System.Globalization;
using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.Cli.Tests.Uapi;

/// <summary>What our code says of the kernel's interface against the C headers that are installed; <c>./dev uapi</c> runs this alone.</summary>
public sealed partial class UapiTests
{
    private static readonly Lazy<IReadOnlyList<string>> Headers = new(() => CProgram.UsableHeaders(KernelSpelling.Headers));

    [Fact]
    public void Every_constant_in_the_kernels_spelling_has_the_kernels_value()
    {
        SkipWithoutCompiler();
        var constants = KernelSpelling.Constants;
        var values = CProgram.Evaluate(Headers.Value, constants.Select(constant => constant.Name));

        Report("constants", constants.Count, [.. constants.Where(constant => !values.ContainsKey(constant.Name)).Select(constant => $"{constant.Place}.{constant.Name} = {constant.Value}")]);
        Assert.Empty(constants
            .Where(constant => values.TryGetValue(constant.Name, out var value) && Narrow(value, constant.Bits) != Narrow(NumberOf(constant), constant.Bits))
            .Select(constant => $"{constant.Place}.{constant.Name} is {constant.Value:x}, the header says {values[constant.Name]:x}"));
        Assert.True(values.Count > 300, $"only {values.Count} names were found in {string.Join(' ', Headers.Value)}");
    }

    [Fact]
    public void Every_structure_that_names_the_kernels_has_its_size()
    {
        SkipWithoutCompiler();
        var structures = KernelSpelling.Structures;
        var sizes = CProgram.Evaluate(Headers.Value, structures.Select(SizeOf));

        Report("structures", structures.Count, [.. structures.Where(structure => !sizes.ContainsKey(SizeOf(structure))).Select(structure => $"{structure.Place}: struct {structure.Name}")]);
        Assert.Empty(structures
            .Where(structure => sizes.TryGetValue(SizeOf(structure), out var size) && size != (ulong)structure.Size)
            .Select(structure => $"{structure.Place} has {structure.Size} bytes, struct {structure.Name} has {sizes[SizeOf(structure)]}"));
        Assert.True(sizes.Count > 10, $"only {sizes.Count} structures were found");
    }

    /// <summary>A netfilter message type has the subsystem in its upper byte, which the headers' numbers leave out.</summary>
    private static ulong NumberOf(KernelConstant constant) => NetfilterMessage().IsMatch(constant.Name) && constant.Value <= 0xfff ? constant.Value & 0xff : constant.Value;

    [GeneratedRegex("^(NFT_MSG|IPCTNL_MSG|NFQNL_MSG|NFULNL_MSG|IPSET_CMD|NFNL_MSG)_", RegexOptions.ExplicitCapture)]
    private static partial Regex NetfilterMessage();

    private static string SizeOf(KernelStructure structure) => $"sizeof(struct {structure.Name})";

    private static ulong Narrow(ulong value, int bits) => bits == 64 ? value : value & ((1UL << bits) - 1);

    private static void SkipWithoutCompiler() => Assert.SkipUnless(CProgram.CanCompile, "no gcc, or no headers of the C library and the kernel");

    /// <summary>Names that these headers do not have: newer ones, and ones that the headers don't export. They are told, not failed.</summary>
    private static void Report(string kind, int all, IReadOnlyList<string> unknown)
    {
        var summary = string.Create(CultureInfo.InvariantCulture, $"{kind}: {all - unknown.Count} compared, {unknown.Count} skipped, which these headers do not know");
        File.WriteAllLines(Path.Combine(Repository.Root, "artifacts", "uapi", $"{kind}.txt"), [summary, .. unknown]);
        TestContext.Current.SendDiagnosticMessage(summary);
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
    }
}
