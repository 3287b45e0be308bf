using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;
using Weir.Rules.Text;

namespace Weir.Host.Iptables;

/// <summary>A text that is ready: its changes against the rules of one generation.</summary>
/// <remarks>When others change the rules between reading and committing, the changes are made anew.</remarks>
internal sealed class IptablesLoad : ILoad
{
    private const int Attempts = 20;

    private readonly NetworkNamespace _ns;
    private readonly IptablesScript _script;
    private readonly string[] _lines;
    private readonly LoadOptions _options;
    private IReadOnlyList<IptablesChange> _changes = [];
    private uint? _generation;
    private NftRuleset? _before;
    private uint? _applied;

    // Open from Prepare to the end of Apply: another socket would cost as much as the whole batch.
    private NftSocket? _socket;

    private IptablesLoad(NetworkNamespace ns, IptablesScript script, string[] lines, LoadOptions options)
    {
        _ns = ns;
        _script = script;
        _lines = lines;
        _options = options;
    }

    private NftFamily Family => _script.Family == IptablesFamily.IPv4 ? NftFamily.Ip : NftFamily.Ip6;

    public IReadOnlyList<string> Messages => new MessageTexts<IptablesChange>(_changes);

    /// <exception cref="RulesTextException">With every line that can't be installed.</exception>
    internal static IptablesLoad Prepare(string text, IptablesFamily family, NetworkNamespace ns, LoadOptions options)
    {
        var script = IptablesScript.Parse(text, family, HostNames.Read());
        var load = new IptablesLoad(ns, options.Counters ? script.Model : WithoutCounters(script.Model), text.Split('\n'), options);
        var socket = NftSocket.Open(ns);
        try
        {
            load.Plan(socket, script.Findings, options.ToCome.Sets);
            load._socket = socket;
            return load;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    /// <inheritdoc/>
    public void Apply()
    {
        using var socket = _socket ?? NftSocket.Open(_ns);
        _socket = null;
        if (_options.ToCome.Sets.Count > 0)
            Plan(socket, [], []);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Commit(socket);
                return;
            }
            catch (NftBatchException exception) when (exception.Failure == NftBatchFailure.StaleGeneration && attempt < Attempts)
            {
                Plan(socket, [], []);
            }
            catch (NftBatchException exception) when (exception.First.Tag is IptablesChange change)
            {
                throw Refused(change, exception);
            }
        }
    }

    /// <inheritdoc/>
    public void Undo()
    {
        if (_applied is not { } applied || _before is not { } before)
            return;
        _applied = null;
        using var socket = NftSocket.Open(_ns);
        using var batch = new NftBatch();
        // Not all that the text names need have been made: one without rules of its own is not.
        var present = socket.ListTables(Family).Select(table => table.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var table in _script.Sections.Select(section => section.Table).Distinct().Where(present.Contains))
            batch.Delete(new NftTable { Family = Family, Name = table });
        batch.Add(before);
        socket.Commit(batch, applied);
    }

    /// <summary>Reads what is there and makes the changes; changes nothing.</summary>
    private void Plan(NftSocket socket, IReadOnlyList<TextFinding> findings, IReadOnlyCollection<string> setsToCome)
    {
        using var sets = new SetNames(_ns, setsToCome);
        var plan = new IptablesPlan(_script.Family, new RuleWriter(new XtContext(_script.Family, sets)));
        var named = _script.Sections.Select(section => section.Table).ToHashSet(StringComparer.Ordinal);
        _before = Snapshot(socket, named);
        _generation = _before.Generation;
        var present = _options.NoFlush ? new IptablesReader(_ns, _script.Family).Read(_before) : null;
        var run = _script.Run(present);
        List<TextFinding> all = [.. findings, .. run.Findings, .. UnknownSets(run.Model, sets)];
        if (all.Count > 0)
            throw new RulesTextException([.. all.OrderBy(finding => finding.Line)]);
        var tables = run.Model.Tables.Where(table => named.Contains(table.Name));
        _changes = present is null
            ? plan.Replace(tables, _before.Tables.Select(table => table.Name).ToHashSet(StringComparer.Ordinal))
            : plan.Change(tables, present);
    }

    /// <summary>What is there of the text's tables. Mostly there is nothing, and then one list says so.</summary>
    private NftRuleset Snapshot(NftSocket socket, HashSet<string> named)
    {
        if (socket.Generation() is not { } generation)
            throw new NetlinkException("load rules of iptables", (int)Errno.EOPNOTSUPP, "this kernel has no nf_tables");
        if (!socket.ListTables(Family).Any(table => named.Contains(table.Name)))
            return new NftRuleset { Generation = generation };
        var all = socket.Read(Family);
        List<NftSet> sets = [];
        List<IReadOnlyList<NftElement>> elements = [];
        for (var i = 0; i < all.Sets.Count; i++)
        {
            if (!named.Contains(all.Sets[i].Table))
                continue;
            sets.Add(all.Sets[i]);
            elements.Add(all.Elements[i]);
        }

        return new NftRuleset
        {
            Generation = all.Generation,
            Tables = [.. all.Tables.Where(table => named.Contains(table.Name))],
            Chains = [.. all.Chains.Where(chain => named.Contains(chain.Table))],
            Rules = [.. all.Rules.Where(rule => named.Contains(rule.Table))],
            Sets = sets,
            Elements = elements,
            Objects = [.. all.Objects.Where(value => named.Contains(value.Table))],
            FlowTables = [.. all.FlowTables.Where(table => named.Contains(table.Table))],
        };
    }

    private void Commit(NftSocket socket)
    {
        using var batch = new NftBatch();
        foreach (var change in _changes)
            change.Write(batch);
        if (batch.Count == 0)
            return;
        socket.Commit(batch, _generation);
        _applied = socket.Generation();
    }

    private static IEnumerable<TextFinding> UnknownSets(IptablesRuleset ruleset, SetNames sets) =>
        from table in ruleset.Tables
        from chain in table.Chains
        from rule in chain.Rules
        where rule.Handle == 0
        from match in rule.Matches.OfType<SetMatch>()
        where sets.Find(match.Set.Value) is null
        select new TextFinding(rule.Line, rule.ToText(chain.Name), $"there is no set \"{match.Set.Value}\": create it before (ipset create {match.Set.Value} hash:ip)");

    private RefusedLineException Refused(IptablesChange change, NftBatchException exception)
    {
        var text = change.Line > 0 && change.Line <= _lines.Length ? _lines[change.Line - 1] : change.ToString();
        var hint = change is AddRuleChange rule ? RefusalHint.Of(rule, exception.First) : "";
        return new RefusedLineException(change.Line, text, hint.Length == 0 ? exception.Message : $"{exception.Message}; {hint}", exception);
    }

    private static IptablesScript WithoutCounters(IptablesScript script) => script with
    {
        Sections = [.. script.Sections.Select(section => section with { Commands = [.. section.Commands.Select(WithoutCounters)] })],
    };

    /// <summary>iptables-restore takes counters from a text only when it is asked to; a rule's own <c>-c</c> counts always.</summary>
    private static IptablesCommand WithoutCounters(IptablesCommand command) => command switch
    {
        DeclareChain declare => declare with { Counters = default },
        AppendRules append when append.Text.StartsWith('[') => append with { Rules = [.. append.Rules.Select(rule => rule with { Counters = default })] },
        InsertRules insert when insert.Text.StartsWith('[') => insert with { Rules = [.. insert.Rules.Select(rule => rule with { Counters = default })] },
        _ => command,
    };
}
