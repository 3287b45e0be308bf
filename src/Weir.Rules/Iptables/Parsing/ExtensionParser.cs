using System.Numerics;

namespace Weir.Rules.Iptables.Parsing;

/// <summary>Reads the options of one match or target of a rule, in the order in which they come.</summary>
internal abstract class ExtensionParser
{
    private uint _given;

    /// <summary>As the tool names it.</summary>
    internal abstract string Name { get; }

    internal abstract ExtensionOption[] Options { get; }

    /// <summary>Bits of the ids of which one must be given, or 0.</summary>
    protected virtual uint NeedsOneOf => 0;

    /// <summary>The options that have been read.</summary>
    protected uint Given => _given;

    internal void Take(in ExtensionOption option, OptionValue value)
    {
        if (!option.Repeats && (_given & option.Bit) != 0)
            throw Wrong($"option \"--{option.Name}\" can only be used once");
        if (value.Inverted && !option.Inverts)
            throw Wrong($"option \"--{option.Name}\" cannot be inverted");
        Read(option.Id, value);
        _given |= option.Bit;
    }

    /// <summary>After the last word of the rule.</summary>
    internal void Finish()
    {
        foreach (var option in Options)
        {
            if ((_given & option.Bit) == 0)
                continue;
            if ((option.Excludes & ~option.Bit & _given) is var others && others != 0)
                throw Wrong($"option \"--{option.Name}\" cannot be used together with \"--{NameOf(others)}\"");
            if ((option.Needs & ~_given) is var missing && missing != 0)
                throw Wrong($"option \"--{option.Name}\" also requires \"--{NameOf(missing)}\"");
        }

        if (NeedsOneOf != 0 && (NeedsOneOf & _given) == 0)
            throw Wrong($"{string.Join(" or ", Needed())} must be given");
        Check();
    }

    protected abstract void Read(int option, OptionValue value);

    protected virtual void Check()
    {
    }

    protected RuleSyntaxException Wrong(string message) => new($"{Name}: {message}");

    private IEnumerable<string> Needed() => Options.Where(option => (option.Bit & NeedsOneOf) != 0).DistinctBy(option => option.Id).Select(option => $"--{option.Name}");

    private string NameOf(uint bits)
    {
        var id = BitOperations.TrailingZeroCount(bits);
        return Options.First(option => option.Id == id).Name;
    }
}

/// <summary>Of a match.</summary>
internal abstract class MatchParser : ExtensionParser
{
    internal abstract IptablesMatch Match { get; }
}

/// <summary>Of a target.</summary>
internal abstract class TargetParser : ExtensionParser
{
    internal abstract IptablesTarget Target { get; }
}
