using System.Globalization;
using System.Text;
using Weir.Rules.Iptables.Parsing;

namespace Weir.Rules.Iptables.Matches;

/// <summary>How a number joins what was computed before it. The numbers are the kernel's XT_U32_.</summary>
public enum U32Operator : byte
{
    And = 0,
    LeftShift = 1,
    RightShift = 2,

    /// <summary>The value so far is added to the place in the packet, and four bytes are read there.</summary>
    At = 3,
}

/// <summary>One step of a location; the first one's operator says nothing.</summary>
public readonly record struct U32Step(U32Operator Operator, uint Number);

/// <summary>Values from one to another, both included.</summary>
public readonly record struct U32Range(uint First, uint Last);

/// <summary>A place in the packet and the values that may stand there.</summary>
public sealed record U32Test(IReadOnlyList<U32Step> Location, IReadOnlyList<U32Range> Values);

/// <summary><c>-m u32</c>: tests of any four bytes of the packet, see iptables-extensions(8).</summary>
public sealed record U32Match : IptablesMatch
{
    /// <summary>XT_U32_MAXSIZE: tests, steps of a location, values of a test.</summary>
    public const int MaximumSize = 10;

    public override string Name => "u32";

    public required Negatable<IReadOnlyList<U32Test>> Tests { get; init; }

    internal override void Print(RulePrinter printer) => printer.Option(Tests.Inverted, "--u32", $"\"{string.Join("&&", Tests.Value.Select(Format))}\"");

    public bool Equals(U32Match? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => HashCode.Combine(Tests.Inverted, Tests.Value.Count);

    private static string Format(U32Test test)
    {
        var text = new StringBuilder();
        for (var i = 0; i < test.Location.Count; i++)
        {
            if (i > 0)
                text.Append(test.Location[i].Operator switch { U32Operator.And => "&", U32Operator.LeftShift => "<<", U32Operator.RightShift => ">>", _ => "@" });
            text.Append(CultureInfo.InvariantCulture, $"0x{test.Location[i].Number:x}");
        }

        return text.Append('=').AppendJoin(',', test.Values.Select(value => value.First == value.Last ? $"0x{value.First:x}" : $"0x{value.First:x}:0x{value.Last:x}")).ToString();
    }
}

internal sealed class U32MatchParser : MatchParser
{
    private static readonly ExtensionOption[] All = [new("u32", 0) { Inverts = true }];

    private U32Match? _match;

    internal override string Name => "u32";

    internal override ExtensionOption[] Options => All;

    internal override U32Match Match => _match!;

    protected override uint NeedsOneOf => 1;

    protected override void Read(int option, OptionValue value)
    {
        var tests = new List<U32Test>();
        var rest = value.Text.AsSpan();
        do
        {
            tests.Add(Test(ref rest));
            if (tests.Count > U32Match.MaximumSize)
                throw Wrong($"more than {U32Match.MaximumSize} tests");
        }
        while (Skip(ref rest, "&&"));

        if (!rest.IsEmpty)
            throw Wrong($"\",\" or \"&&\" is expected before \"{rest}\"");
        _match = new U32Match { Tests = new(tests, value.Inverted) };
    }

    private U32Test Test(ref ReadOnlySpan<char> rest)
    {
        var steps = new List<U32Step> { new(U32Operator.And, Number(ref rest)) };
        while (!Skip(ref rest, "="))
        {
            var step = Skip(ref rest, "&") ? U32Operator.And
                : Skip(ref rest, "<<") ? U32Operator.LeftShift
                : Skip(ref rest, ">>") ? U32Operator.RightShift
                : Skip(ref rest, "@") ? U32Operator.At
                : throw Wrong(rest.IsEmpty ? "the test ends without a value" : $"an operator is expected before \"{rest}\"");
            steps.Add(new U32Step(step, Number(ref rest)));
        }

        var values = new List<U32Range>();
        do
        {
            var first = Number(ref rest);
            values.Add(new U32Range(first, Skip(ref rest, ":") ? Number(ref rest) : first));
        }
        while (Skip(ref rest, ","));

        if (steps.Count > U32Match.MaximumSize || values.Count > U32Match.MaximumSize)
            throw Wrong($"more than {U32Match.MaximumSize} operators or values");
        return new U32Test(steps, values);
    }

    private uint Number(ref ReadOnlySpan<char> rest)
    {
        if (!CNumber.TryRead(rest, uint.MaxValue, out var number, out var after))
            throw Wrong($"a number is expected before \"{rest}\"");
        rest = after.TrimStart();
        return (uint)number;
    }

    private static bool Skip(ref ReadOnlySpan<char> rest, string word)
    {
        if (!rest.StartsWith(word))
            return false;
        rest = rest[word.Length..].TrimStart();
        return true;
    }
}
