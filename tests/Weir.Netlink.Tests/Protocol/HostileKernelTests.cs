using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;
using Weir.Testing;

namespace Weir.Netlink.Tests.Protocol;

/// <summary>Whatever comes in, an operation ends, and if it throws, it throws a NetlinkException.</summary>
public sealed class HostileKernelTests : IDisposable
{
    private const int Inputs = 100_000;

    private static readonly NetlinkMessageType[] Types =
    [
        NetlinkMessageType.NLMSG_ERROR, NetlinkMessageType.NLMSG_DONE, NetlinkMessageType.RTM_NEWLINK, NetlinkMessageType.RTM_NEWADDR, NetlinkMessageType.RTM_NEWROUTE,
        NetlinkMessageType.RTM_NEWNEIGH, NetlinkMessageType.RTM_NEWRULE, NetlinkMessageType.RTM_NEWQDISC, NetlinkMessageType.RTM_NEWTFILTER, NetlinkMessageType.RTM_NEWNSID,
        (NetlinkMessageType)0x0a00, (NetlinkMessageType)0x0a03, (NetlinkMessageType)0x0a06, (NetlinkMessageType)0x0a09, (NetlinkMessageType)0x0a0c, (NetlinkMessageType)0x0a0f, (NetlinkMessageType)0x0a12,
    ];

    private static readonly Action<RouteSocket>[] Operations =
    [
        socket => socket.Links.List(), socket => socket.Links.Get(1), socket => socket.Addresses.List(), socket => socket.Routes.List(), socket => socket.Rules.List(AddressFamily.InterNetwork),
        socket => socket.Links.Visit(link => link.ToLink().ReadKind()), socket => socket.Routes.Visit(AddressFamily.InterNetwork, 0, route => route.ToRoute()),
        socket => socket.Routes.Get(System.Net.IPAddress.Loopback), socket => { var batch = socket.Batch(); batch.DeleteLink(1); batch.DeleteLink(2); batch.Send(); },
        socket => socket.Neighbors.List(), socket => socket.NamespaceIds.List(), socket => socket.Qdiscs.List(), socket => socket.Filters.List(1), socket => socket.Links.Delete(1),
    ];

    private readonly RecordedKernel _kernel;
    private readonly RouteSocket _route;
    private readonly NftSocket _nftables;
    private Func<byte[], IEnumerable<byte[]>> _answer = _ => [];

    public HostileKernelTests()
    {
        _kernel = new RecordedKernel(request => _answer(request));
        _route = new RouteSocket(_kernel);
        _nftables = new NftSocket(_kernel);
    }

    public void Dispose()
    {
        _route.Dispose();
        _nftables.Dispose();
    }

    [Fact]
    public void Noise_is_refused()
    {
        var random = new SeededGenerator(1);
        for (var i = 0; i < Inputs; i++)
            Run(random, _ => [random.BytesBelow(200), random.BytesBelow(200)], i);
    }

    [Fact]
    public void Messages_with_noise_inside_are_read_or_refused()
    {
        var random = new SeededGenerator(2);
        for (var i = 0; i < Inputs; i++)
            Run(random, request => [RecordedKernel.Message(request, random.Pick<NetlinkMessageType>(Types), random.NextUInt16(), Noise(random)), RecordedKernel.Done(request, random.Pick<int>(0, 0, 2, 22))], i);
    }

    [Fact]
    public void Changed_bytes_in_good_messages_are_read_or_refused()
    {
        var random = new SeededGenerator(3);
        for (var i = 0; i < Inputs; i++)
        {
            Run(random, request =>
            {
                var good = RecordedKernel.Message(request, random.Pick<NetlinkMessageType>(Types), 2, Attributes(random));
                return [random.Mutate([.. good, .. RecordedKernel.Done(request)])];
            }, i);
        }
    }

    private void Run(SeededGenerator random, Func<byte[], IEnumerable<byte[]>> answer, int number)
    {
        _answer = answer;
        try
        {
            if (random.Chance(20))
                NftRulesetText.Lines(_nftables.Read());
            else
                random.Pick<Action<RouteSocket>>(Operations)(_route);
        }
        catch (NetlinkException)
        {
            // What an operation may say.
        }
        catch (Exception exception)
        {
            Assert.Fail($"seed {random.Seed}, input {number}: {exception}");
        }

        _kernel.Dispose();
    }

    /// <summary>A fixed structure of noise, then attributes with types, lengths and nests that could be meant.</summary>
    private static byte[] Attributes(SeededGenerator random)
    {
        List<byte> payload = [.. random.Bytes(random.Pick<int>(4, 8, 12, 16, 20))];
        payload[0] = random.Pick<byte>(0, 2, 10);
        for (var i = random.Next(0, 8); i > 0; i--)
        {
            var value = random.Chance(40) ? RecordedKernel.Attribute((ushort)random.Next(0, 12), random.BytesBelow(24)) : random.Bytes(random.Pick<int>(1, 2, 4, 4, 8, 16));
            payload.AddRange(RecordedKernel.Attribute((ushort)random.Next(0, 60), value));
        }

        return [.. payload];
    }

    private static byte[] Noise(SeededGenerator random)
    {
        var noise = random.BytesBelow(120);
        // A length of 4 to 35 where the first attribute may be, or nothing would ever be read.
        if (noise.Length > 24)
            MemoryMarshal.Write(noise.AsSpan(random.Pick<int>(4, 8, 12, 16, 20)), (ushort)random.Next(4, 36));
        return noise;
    }
}
