using System.Net;
using Weir.Host.Iptables;
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;
using Weir.Rules.Iptables.Targets;

namespace Weir.Host.Tun;

/// <summary>The two rules of table nat that masquerade what comes from a device's network, as <c>iptables -A</c> writes them.</summary>
internal static class TunNat
{
    private const string Table = "nat", Prerouting = "PREROUTING", Postrouting = "POSTROUTING";
    private const int Attempts = 20;

    internal static void Add(NetworkNamespace ns, string device, IPAddress network, int length, uint mark) => Change(ns, (sets, rules) =>
    {
        var script = IptablesScript.Parse(
            $"*{Table}\n-A {Prerouting} -s {network}/{length} -j CONNMARK --set-mark {mark}\n-A {Postrouting} -m connmark --mark {mark} -j MASQUERADE\nCOMMIT\n",
            IptablesFamily.IPv4).Model;
        var tables = script.Run(rules.Present).Model.Tables.Where(table => table.Name == Table);
        var changes = new IptablesPlan(IptablesFamily.IPv4, new RuleWriter(new XtContext(IptablesFamily.IPv4, sets))).Change(tables, rules.Present);
        var madeTable = rules.Present.FindTable(Table) is null;
        return [.. changes.Select(change => change is AddRuleChange add ? add with { Rule = add.Rule with { UserData = NoteOf(add.Rule.Chain).ToUserData() } } : change)];

        TunRuleNote NoteOf(string chain) => new(
            device,
            // What another device's rules say of this chain holds for these too: whoever goes last takes it away.
            MadeChain: !rules.HasChain(chain) || rules.Notes(chain).Any(note => note.MadeChain),
            MadeTable: madeTable || rules.Notes().Any(note => note.MadeTable));
    });

    internal static void Delete(NetworkNamespace ns, string device, IReadOnlyList<string> networks) => Change(ns, (_, rules) =>
    {
        var changes = new List<IptablesChange>();
        var gone = rules.Of(device, networks).ToList();
        changes.AddRange(gone.Select(rule => new DeleteRuleChange(rule)));
        var emptied = gone
            .GroupBy(rule => rule.Chain)
            .Where(chain => chain.Any(rule => TunRuleNote.Read(rule.UserData) is { MadeChain: true }) && rules.IsEmptyWithout(chain.Key, gone))
            .Select(chain => new NftChain { Family = NftFamily.Ip, Table = Table, Name = chain.Key })
            .ToList();
        changes.AddRange(emptied.Select(chain => new DeleteChainChange(chain)));
        if (gone.Exists(rule => TunRuleNote.Read(rule.UserData) is { MadeTable: true }) && rules.IsEmptyWithout(emptied))
            changes.Add(new DeleteTableChange(new NftTable { Family = NftFamily.Ip, Name = Table }));
        return changes;
    });

    internal static Rules Read(NetworkNamespace ns)
    {
        using var socket = NftSocket.Open(ns);
        return new Rules(ns, socket.Read(NftFamily.Ip, _ => false));
    }

    /// <summary>Reads the rules and commits changes to them; begins again when others change them meanwhile.</summary>
    private static void Change(NetworkNamespace ns, Func<SetNames, Rules, IReadOnlyList<IptablesChange>> plan)
    {
        using var socket = NftSocket.Open(ns);
        using var sets = new SetNames(ns, []);
        for (var attempt = 0; ; attempt++)
        {
            if (socket.Generation() is null)
                throw new NetlinkException("change rules of iptables", (int)Errno.EOPNOTSUPP, "this kernel has no nf_tables");
            var kernel = socket.Read(NftFamily.Ip, _ => false);
            using var batch = new NftBatch();
            foreach (var change in plan(sets, new Rules(ns, kernel)))
                change.Write(batch);
            if (batch.Count == 0)
                return;
            try
            {
                socket.Commit(batch, kernel.Generation);
                return;
            }
            catch (NftBatchException exception) when (exception.Failure == NftBatchFailure.StaleGeneration && attempt < Attempts)
            {
            }
        }
    }

    /// <summary>Table nat of IPv4 as it is.</summary>
    internal sealed class Rules(NetworkNamespace ns, NftRuleset kernel)
    {
        private readonly IReadOnlyList<NftRule> _rules = [.. kernel.Rules.Where(rule => rule.Family == NftFamily.Ip && rule.Table == Table)];

        /// <summary>As iptables sees it.</summary>
        internal IptablesRuleset Present { get; } = new IptablesReader(ns, IptablesFamily.IPv4).Read(kernel);

        private IEnumerable<NftChain> Chains => kernel.Chains.Where(chain => chain.Family == NftFamily.Ip && chain.Table == Table);

        internal bool HasChain(string name) => Chains.Any(chain => chain.Name == name);

        internal IEnumerable<TunRuleNote> Notes(string? chain = null) =>
            _rules.Where(rule => chain is null || rule.Chain == chain).Select(rule => TunRuleNote.Read(rule.UserData)).OfType<TunRuleNote>();

        /// <summary>The rules that say they are the device's; and, of those that say nothing, a pair that the shell lines would have made for one of its networks.</summary>
        internal IEnumerable<NftRule> Of(string device, IReadOnlyList<string> networks)
        {
            var own = _rules.Where(rule => TunRuleNote.Read(rule.UserData)?.Device == device).ToList();
            return own.Count > 0 ? own : networks.SelectMany(PairOf).DistinctBy(rule => rule.Handle);
        }

        internal IReadOnlyList<uint> MarksOf(string device, IReadOnlyList<string> networks) =>
            [.. Of(device, networks).Select(rule => MarkOf(ModelOf(rule))).OfType<uint>().Distinct()];

        internal bool IsEmptyWithout(string chain, IReadOnlyCollection<NftRule> gone) =>
            _rules.Where(rule => rule.Chain == chain).All(gone.Contains) && Chains.Any(present => present.Name == chain && present.Policy != NftPolicy.Drop);

        internal bool IsEmptyWithout(IReadOnlyCollection<NftChain> gone) =>
            Chains.All(chain => gone.Any(other => other.Name == chain.Name))
            && !kernel.Sets.Any(set => set.Family == NftFamily.Ip && set.Table == Table)
            && !kernel.Objects.Any(value => value.Family == NftFamily.Ip && value.Table == Table)
            && !kernel.FlowTables.Any(table => table.Family == NftFamily.Ip && table.Table == Table);

        private IEnumerable<NftRule> PairOf(string network)
        {
            foreach (var rule in Unnoted(Prerouting))
            {
                if (ModelOf(rule) is not { } model || MarkOf(model) is not { } mark || model.Source is not { Inverted: false } source || source.Value.ToString() != network)
                    continue;
                yield return rule;
                if (Unnoted(Postrouting).FirstOrDefault(other => ModelOf(other) is { Source: null, Target: NatTarget { Kind: NatKind.MASQUERADE } } masquerade && MarkOf(masquerade) == mark) is { } pair)
                    yield return pair;
                yield break;
            }
        }

        private IEnumerable<NftRule> Unnoted(string chain) => _rules.Where(rule => rule.Chain == chain && TunRuleNote.Read(rule.UserData) is null);

        private IptablesRule? ModelOf(NftRule rule) => Present.FindTable(Table)?.FindChain(rule.Chain)?.Rules.FirstOrDefault(model => model.Handle == rule.Handle);

        /// <summary>The mark that a rule sets, or that it masquerades by.</summary>
        private static uint? MarkOf(IptablesRule? rule) => rule switch
        {
            { Matches.Count: 0, Target: ConnmarkTarget { Mode: ConnmarkMode.Set, ConnectionMask: uint.MaxValue } target } => target.Mark,
            { Matches: [ConnmarkMatch { Mark: { Inverted: false, Value: { Mask: uint.MaxValue } value } }], Target: NatTarget { Kind: NatKind.MASQUERADE } } => value.Mark,
            _ => null,
        };
    }
}
