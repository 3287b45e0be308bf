using Weir.Host.Nft.Statements;
using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Reading;

/// <summary>A rule of the kernel on its way to the text: its statements so far, what the registers hold, and what is known of the packet.</summary>
internal sealed class NftReadRule
{
    private readonly List<NftStatement?> _statements = [];
    private readonly NftNames _names;
    private readonly Func<string, NftReadSet?> _findSet;
    private readonly Func<string, IReadOnlyList<NftItem>?> _findChain;

    /// <param name="findSet">A set of the rule's table by its name.</param>
    /// <param name="findChain">The rules of a chain that is bound to the rule; null for any other chain.</param>
    internal NftReadRule(NftFamily family, NftNames names, Func<string, NftReadSet?> findSet, Func<string, IReadOnlyList<NftItem>?> findChain)
    {
        Family = family;
        _names = names;
        _findSet = findSet;
        _findChain = findChain;
        Context = new NftContext(family);
        Elements = new NftElementReader(names, expression => StatefulStatements.Read(expression, isStateless: false));
        Nodes = new NftNodeReader(this);
        Lookups = new NftLookupReader(this);
    }

    internal NftFamily Family { get; }

    internal NftRegisters Registers { get; } = new();

    internal NftContext Context { get; }

    internal NftElementReader Elements { get; }

    internal NftNodeReader Nodes { get; }

    internal NftLookupReader Lookups { get; }

    internal IReadOnlyList<NftStatement> Statements => [.. _statements.OfType<NftStatement>()];

    internal NftReadSet Set(string name) => _findSet(name) ?? throw new NftRefused($"set {name} is not there");

    internal IReadOnlyList<NftItem>? FindChain(string name) => _findChain(name);

    /// <summary>A value as it is written outside of braces.</summary>
    internal NftTerm Format(NftDataType type, UInt128 value) => type.Format(value, _names);

    internal string Word(NftDataType type, UInt128 value) => Format(type, value).ToString();

    internal NftTerm Given(NftRegister register, NftSpec wanted, bool isList = false) => Nodes.Given(Registers.Get(register), wanted, isList);

    /// <summary>A statement that is no match: what was matched before must stay.</summary>
    internal void Add(NftStatement statement)
    {
        _statements.Add(statement);
        Context.Reset();
    }

    /// <returns>Where it stands.</returns>
    internal int AddMatch(NftStatement statement)
    {
        _statements.Add(statement);
        return _statements.Count - 1;
    }

    internal bool IsLast(int entry) => entry == _statements.Count - 1;

    internal void ReplaceLast(NftStatement statement) => _statements[^1] = statement;

    /// <summary>A match that another one takes for granted.</summary>
    internal void Remove(int? entry)
    {
        if (entry is { } known)
            _statements[known] = null;
    }

    /// <summary>Removes the match that a look at an option or an extension header takes for granted.</summary>
    internal void KillFor(NftTerm term)
    {
        if (term is NftTerm.TcpOption)
            Remove(Context.Release(NftContext.Transport));
        else if (term is NftTerm.ExtensionHeader)
            Remove(Context.Release(NftContext.Network));
    }
}
