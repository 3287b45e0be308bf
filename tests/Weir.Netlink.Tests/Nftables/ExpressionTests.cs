using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Tests.Nftables;

public class ExpressionTests
{
    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, NftSamples.Expressions.Count)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Written_and_read_back_it_is_the_same(int number)
    {
        var expression = NftSamples.Expressions[number];
        Assert.Equal(expression, Assert.Single(RoundTrip([expression]).Expressions));
    }

    [Fact]
    public void Every_expression_has_a_sample()
    {
        var all = typeof(NftExpression).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(NftExpression))).Select(type => type.Name);
        Assert.Equal(all.Order(StringComparer.Ordinal), NftSamples.Expressions.Select(expression => expression.GetType().Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_expression_with_an_attribute_of_a_newer_kernel_is_kept_as_bytes()
    {
        // Counter with an attribute 9.
        byte[] data = [.. RecordedKernel.Attribute(1, 0, 0, 0, 0, 0, 0, 0, 1), .. RecordedKernel.Attribute(2, 0, 0, 0, 0, 0, 0, 0, 2), .. RecordedKernel.Attribute(9, 1, 2, 3)];
        byte[] element = [.. RecordedKernel.Text(1, "counter"), .. RecordedKernel.Attribute(0x8002, data)];
        var rule = Read([.. Names, .. RecordedKernel.Attribute(0x8004, RecordedKernel.Attribute(0x8001, element))]);

        var unknown = Assert.IsType<UnknownExpression>(Assert.Single(rule.Expressions));
        Assert.Equal("counter", unknown.Name);
        Assert.Equal(data, unknown.Bytes!.Value.ToArray());
        using var batch = new NftBatch();
        batch.Add(rule);
        Assert.Contains(Convert.ToHexString(element), Convert.ToHexString(batch.Message(0)), StringComparison.Ordinal);
    }

    [Fact]
    public void Expressions_that_nest_without_end_are_kept_as_bytes()
    {
        byte[] inner = [.. RecordedKernel.Text(1, "counter")];
        for (var i = 0; i < 500; i++)
            inner = [.. RecordedKernel.Text(1, "dynset"), .. RecordedKernel.Attribute(0x8002, RecordedKernel.Attribute(0x8007, inner))];
        var rule = Read([.. Names, .. RecordedKernel.Attribute(0x8004, RecordedKernel.Attribute(0x8001, inner))]);
        Assert.IsType<DynsetExpression>(Assert.Single(rule.Expressions));
    }

    [Fact]
    public void Short_attributes_are_filled_up_with_zeros()
    {
        byte[] element = [.. RecordedKernel.Text(1, "meta"), .. RecordedKernel.Attribute(0x8002, [.. RecordedKernel.Attribute(2, 0), .. RecordedKernel.Attribute(1)])];
        var rule = Read([.. Names, .. RecordedKernel.Attribute(0x8004, RecordedKernel.Attribute(0x8001, element))]);
        Assert.Equal(new MetaExpression(MetaKey.NFT_META_LEN, NftRegister.NFT_REG_VERDICT), Assert.Single(rule.Expressions));
    }

    [Fact]
    public void Values_are_compared_by_content_and_printed_as_hexadecimal()
    {
        Assert.Equal(NftValue.Text("lo"), NftValue.Create([0x6c, 0x6f, 0]));
        Assert.Equal("c0a80001", NftValue.Address(System.Net.IPAddress.Parse("192.168.0.1")).ToString());
        Assert.Equal(16, NftValue.InterfaceName("eth0").Length);
        Assert.Throws<ArgumentException>(() => NftValue.InterfaceName("sixteen-bytes-ab"));
        Assert.NotEqual(NftValue.NetworkUInt16(80), NftValue.HostUInt16(80));
        Assert.Equal(default, NftValue.Create([]));
    }

    private static byte[] Names => [.. RecordedKernel.Text(1, "t"), .. RecordedKernel.Text(2, "c")];

    private static NftRule RoundTrip(IReadOnlyList<NftExpression> expressions)
    {
        using var batch = new NftBatch();
        batch.Add(new NftRule { Family = NftFamily.Inet, Table = "t", Chain = "c", Expressions = expressions });
        return Read(batch.Message(0)[20..].ToArray());
    }

    private static NftRule Read(byte[] attributes)
    {
        using var kernel = new RecordedKernel(request =>
            [RecordedKernel.Message(request, (NetlinkMessageType)NftMessageType.NFT_MSG_NEWRULE, 2, [1, 0, 0, 0, .. attributes]), RecordedKernel.Done(request)]);
        using var socket = new NftSocket(kernel);
        return Assert.Single(socket.ListRules());
    }
}
