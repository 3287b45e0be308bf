using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Nftables;
using Weir.Rules.Iptables;

namespace Weir.Host.Iptables;

/// <summary>The kernel's nf_tables as iptables-save sees them: the tables of iptables' names, whoever made their rules.</summary>
internal sealed class IptablesReader(NetworkNamespace ns, IptablesFamily family)
{
    private NftFamily Family => family == IptablesFamily.IPv4 ? NftFamily.Ip : NftFamily.Ip6;

    /// <summary>All tables that the kernel has, as of one generation.</summary>
    internal IptablesRuleset Read(NftSocket socket) => Read(socket.Read(Family, _ => false));

    internal IptablesRuleset Read(NftRuleset kernel)
    {
        using var sets = new SetNames(ns, []);
        var links = new Lazy<Dictionary<uint, string>>(ListLinks);
        var context = new XtContext(family, sets);
        var tables = new List<IptablesTable>();
        foreach (var builtin in BuiltinTable.All)
        {
            if (kernel.Tables.Any(table => table.Family == Family && table.Name == builtin.Name))
                tables.Add(Table(builtin, kernel, context, links));
        }

        return new IptablesRuleset { Family = family, Tables = tables };
    }

    /// <summary>A base chain that is not one of iptables' is left out, as the tool leaves it out, and told (<see cref="IptablesTable.ForeignChains"/>).</summary>
    private IptablesTable Table(BuiltinTable builtin, NftRuleset kernel, XtContext context, Lazy<Dictionary<uint, string>> links)
    {
        var chains = kernel.Chains.Where(chain => chain.Family == Family && chain.Table == builtin.Name).ToList();
        var foreign = chains.Where(chain => chain.Hook is not null && !IsBuiltin(builtin, chain)).Select(chain => chain.Name).ToHashSet(StringComparer.Ordinal);
        var rules = kernel.Rules
            .Where(rule => rule.Family == Family && rule.Table == builtin.Name && !foreign.Contains(rule.Chain))
            .ToLookup(rule => rule.Chain, StringComparer.Ordinal);

        string? incompatible = null;
        IptablesRule ReadRule(NftRule rule)
        {
            try
            {
                return RuleReader.Read(rule, context, index => links.Value.GetValueOrDefault(index));
            }
            catch (IncompatibleRuleException exception)
            {
                incompatible ??= $"rule {rule.Handle} of {rule.Chain} has {exception.Message}";
                return new IptablesRule { Handle = rule.Handle, Unread = $"# {exception.Message}" };
            }
        }

        var builtins = builtin.Chains.Select(chain => chains.Find(candidate => candidate.Name == chain.Name && candidate.Hook is not null && !foreign.Contains(candidate.Name)) is { } present
            ? new IptablesChain
            {
                Name = chain.Name,
                Policy = present.Policy == NftPolicy.Drop ? IptablesPolicy.DROP : IptablesPolicy.ACCEPT,
                Counters = present.Counters is { } counters ? new IptablesCounters(counters.Packets, counters.Bytes) : default,
                Rules = [.. rules[chain.Name].Select(ReadRule)],
            }
            : new IptablesChain { Name = chain.Name, Policy = IptablesPolicy.ACCEPT, IsImplied = true });
        var users = chains
            .Where(chain => chain.Hook is null)
            .OrderBy(chain => chain.Name, StringComparer.Ordinal)
            .Select(chain => new IptablesChain { Name = chain.Name, Rules = [.. rules[chain.Name].Select(ReadRule)] });
        List<IptablesChain> all = [.. builtins, .. users];
        return new IptablesTable { Name = builtin.Name, Chains = all, Incompatible = incompatible, ForeignChains = [.. foreign.Order(StringComparer.Ordinal)] };
    }

    private static bool IsBuiltin(BuiltinTable table, NftChain chain) =>
        table.FindChain(chain.Name) is { } builtin && chain.Hook is { } hook && hook.Number == builtin.Hook && hook.Priority == builtin.Priority && chain.Type == builtin.Type;

    private Dictionary<uint, string> ListLinks()
    {
        using var socket = RouteSocket.Open(ns);
        return socket.Links.List().ToDictionary(link => (uint)link.Index, link => link.Name);
    }
}
