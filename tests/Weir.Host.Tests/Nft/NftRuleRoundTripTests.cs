using Weir.Host.Nft;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;
using Weir.Testing;
using KernelSet = Weir.Netlink.Nftables.NftSet;
using TextSet = Weir.Rules.Nft.NftSet;

namespace Weir.Host.Tests.Nft;

/// <summary>The rules of the golden texts to expressions and back, without a kernel.</summary>
public class NftRuleRoundTripTests
{
    public static TheoryData<string> Texts { get; } = [.. Directory.GetFiles(GoldenFile.PathOf("nft"), "*.nft").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private readonly NftNames _names = new LoopbackNames();

    [Theory]
    [MemberData(nameof(Texts))]
    public void What_is_read_back_of_a_rule_makes_the_same_expressions_again(string file)
    {
        var parsed = Weir.Rules.Nft.NftRuleset.Parse(GoldenFile.Read($"nft/{file}"));
        Assert.Empty(parsed.Findings);
        foreach (var table in parsed.Model.Items.OfType<Weir.Rules.Nft.NftTable>())
        {
            foreach (var rule in table.Items.OfType<Weir.Rules.Nft.NftChain>().SelectMany(chain => chain.Items.OfType<Weir.Rules.Nft.NftRule>()))
            {
                var written = Write(table, rule);
                Assert.Equal(Text(written), Text(Write(table, rule with { Statements = Read(table, written) })));
            }
        }
    }

    private static string Text(NftRuleWriter written) => string.Join(' ', written.Expressions.Select(expression => $"[ {expression} ]"));

    private static Dictionary<string, NftReadSet> Sets(Weir.Rules.Nft.NftTable table) => table.Items.OfType<TextSet>().ToDictionary(set => set.Name, NamedSet);

    private static NftFamily Family(Weir.Rules.Nft.NftTable table) => NftHookNames.Family(table.Family)!.Value;

    private NftRuleWriter Write(Weir.Rules.Nft.NftTable table, Weir.Rules.Nft.NftRule rule)
    {
        var (sets, lastId) = (Sets(table), 0u);
        var place = new NftRuleTable(Family(table), table.Name) { FindSet = name => sets.GetValueOrDefault(name)?.Spec, NextId = () => ++lastId, AddChain = _ => 0 };
        var writer = new NftRuleWriter(place, _names);
        writer.Write(rule);
        return writer;
    }

    private IReadOnlyList<NftStatement> Read(Weir.Rules.Nft.NftTable table, NftRuleWriter written)
    {
        var sets = Sets(table);
        foreach (var (set, elements) in written.Sets)
            sets[NameOf(set.Id)] = new NftReadSet(set with { Name = NameOf(set.Id) }, elements, NftSetSpecs.Of(set));
        return new NftRuleReader(Family(table), _names, sets.GetValueOrDefault, _ => null).Read([.. written.Expressions.Select(AsTheKernelSaysIt)]);
    }

    private static NftReadSet NamedSet(TextSet set)
    {
        var spec = NftSetSpecs.Of(set);
        return new NftReadSet(new KernelSet { Family = NftFamily.Inet, Table = "t", Name = set.Name, KeyLength = spec.KeyLength, DataLength = spec.DataLength, ObjectType = spec.Objects }, [], spec);
    }

    /// <summary>The kernel gives sets without a name one, and puts it where their number stood.</summary>
    private static NftExpression AsTheKernelSaysIt(NftExpression expression) => expression switch
    {
        LookupExpression { SetId: not 0 } lookup => lookup with { Set = NameOf(lookup.SetId), SetId = 0 },
        ObjrefExpression { SetId: not 0 } objref => objref with { Set = NameOf(objref.SetId), SetId = 0 },
        _ => expression,
    };

    private static string NameOf(uint id) => $"__set{id}";

    private sealed class LoopbackNames : NftNames
    {
        public override uint? LinkIndex(string name) => name == "lo" ? 1 : null;

        public override string? LinkName(uint index) => index == 1 ? "lo" : null;
    }
}
