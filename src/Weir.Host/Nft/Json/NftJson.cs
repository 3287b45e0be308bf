using System.Text.Json;
using Weir.Netlink.Nftables;
using Model = Weir.Rules.Nft;

namespace Weir.Host.Nft.Json;

/// <summary>The model in the form of <c>nft -j list ruleset</c>; libnftables-json(5). What has no form there stands as its text.</summary>
internal sealed class NftJson
{
    private readonly NftJsonWriter _json;

    private NftJson(Utf8JsonWriter writer) => _json = new NftJsonWriter(writer);

    internal static void Write(Model.NftRuleset ruleset, Utf8JsonWriter writer) => new NftJson(writer).Ruleset(ruleset);

    private void Ruleset(Model.NftRuleset ruleset) => _json.One("nftables", () => _json.Array<Action>(
        [Metainfo, .. ruleset.Items.OfType<Model.NftTable>().Select(table => (Action)(() => Table(table)))],
        write => write()));

    private void Metainfo() => _json.Named("metainfo", () =>
    {
        _json.String("version", "1.0.6");
        _json.String("release_name", "Lester Gooch #5");
        _json.Number("json_schema_version", 1);
    });

    private void Table(Model.NftTable table)
    {
        _json.Named("table", () =>
        {
            _json.String("family", table.Family);
            _json.String("name", table.Name);
            _json.Number("handle", table.Handle);
            if (table.Flags.Count > 0)
                _json.Strings("flags", table.Flags);
        });
        foreach (var value in table.Items.OfType<Model.NftObject>())
        {
            _json.Named(value.Kind, () =>
            {
                Place(table, value.Name, value.Handle);
                NftObjectJson.Write(value, _json);
            });
        }

        foreach (var set in table.Items.OfType<Model.NftSet>())
            _json.Named(set.IsMap ? "map" : "set", () => NftSetJson.Write(table, set, _json));
        foreach (var flowTable in table.Items.OfType<Model.NftFlowTable>())
            _json.Named("flowtable", () => FlowTable(table, flowTable));
        foreach (var chain in table.Items.OfType<Model.NftChain>())
            _json.Named("chain", () => Chain(table, chain));
        foreach (var chain in table.Items.OfType<Model.NftChain>())
        {
            foreach (var rule in chain.Items.OfType<Model.NftRule>())
                _json.Named("rule", () => Rule(table, chain, rule));
        }
    }

    private void Place(Model.NftTable table, string name, ulong handle)
    {
        _json.String("family", table.Family);
        _json.String("name", name);
        _json.String("table", table.Name);
        _json.Number("handle", handle);
    }

    private void FlowTable(Model.NftTable table, Model.NftFlowTable flowTable)
    {
        Place(table, flowTable.Name, flowTable.Handle);
        _json.String("hook", "ingress");
        _json.Number("prio", NftHookNames.Priority(NftFamily.Netdev, "ingress", flowTable.Priority ?? "0") ?? 0);
        _json.Strings("dev", [.. flowTable.Devices.Select(device => device.Text)]);
    }

    private void Chain(Model.NftTable table, Model.NftChain chain)
    {
        _json.String("family", table.Family);
        _json.String("table", table.Name);
        _json.String("name", chain.Name);
        _json.Number("handle", chain.Handle);
        _json.Comment(chain.Comment);
        if (chain.Type is null)
            return;
        _json.String("type", chain.Type);
        _json.String("hook", chain.Hook);
        _json.Number("prio", NftHookNames.Priority(NftHookNames.Family(table.Family) ?? NftFamily.Ip, chain.Hook, chain.Priority ?? "0") ?? 0);
        if (chain.Devices.Count > 0)
            _json.Strings("dev", chain.Devices);
        _json.String("policy", chain.Policy);
    }

    private void Rule(Model.NftTable table, Model.NftChain chain, Model.NftRule rule)
    {
        _json.String("family", table.Family);
        _json.String("table", table.Name);
        _json.String("chain", chain.Name);
        _json.Number("handle", rule.Handle);
        _json.Comment(rule.Comment);
        _json.Property("expr", () => _json.Array(rule.Statements, statement => NftStatementJson.Write(statement, _json)));
    }
}
