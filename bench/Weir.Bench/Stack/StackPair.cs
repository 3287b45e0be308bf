using Weir.Packets;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Bench.Stack;

/// <summary>Two stacks in one thread, and a link of memory between them.</summary>
internal sealed class StackPair
{
    private readonly MemoryDevice _clientEnd;
    private readonly MemoryDevice _serverEnd;
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public StackPair(int mtu, bool offload, DeviceMedium medium = DeviceMedium.Ip, TcpListenOptions? listen = null)
    {
        var capabilities = new DeviceCapabilities
        {
            Medium = medium,
            Mtu = mtu,
            TransmitChecksumOffload = offload,
            MaxSegmentOffload = offload ? ushort.MaxValue : 0,
        };
        (_clientEnd, _serverEnd) = MemoryDevice.CreatePair(capabilities);
        Client = NewStack(_clientEnd, 1);
        Server = NewStack(_serverEnd, 2);
        Listener = Server.Tcp.Listen(listen ?? new TcpListenOptions { Port = 80 });
    }

    public NetworkStack Client { get; }

    public NetworkStack Server { get; }

    public TcpListener Listener { get; }

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_start);

    public static UInt128 ServerAddress { get; } = IpAddressBits.Parse("10.0.0.2");

    public long Packets => Client.Interfaces[0].Received + Server.Interfaces[0].Received;

    /// <summary>Moves everything that can move now.</summary>
    public void Run(TimeSpan now)
    {
        Client.Transmit(now);
        while (_serverEnd.TryReceive(out Span<byte> packet, out PacketOffload offload))
            Server.Receive(0, packet, offload, now);
        Server.Transmit(now);
        while (_clientEnd.TryReceive(out Span<byte> packet, out PacketOffload offload))
            Client.Receive(0, packet, offload, now);
        if (Client.NextDeadline <= now)
            Client.Expire(now);
        if (Server.NextDeadline <= now)
            Server.Expire(now);
    }

    public (TcpConnection Client, TcpConnection Server) Connect(TcpProfile? profile = null)
    {
        TcpConnection client = Client.Tcp.Connect(new TcpConnectOptions { RemoteAddress = ServerAddress, RemotePort = 80, Profile = profile ?? TcpProfile.Default }, null, Now)
            ?? throw new InvalidOperationException("no connection could be opened");
        TcpConnection? server;
        int tries = 0;
        while (!Listener.TryAccept(out server))
        {
            Run(Now);
            if (++tries > 1_000_000)
                throw new InvalidOperationException("the connection was not accepted");
        }

        return (client, server);
    }

    private static NetworkStack NewStack(IDevice device, uint last)
    {
        uint state = last * 7919;
        var stack = new NetworkStack(new NetworkStackOptions { Random = () => state = (state * 1_664_525) + 1_013_904_223 });
        stack.AddInterface(device, new InterfaceOptions
        {
            Addresses = [IpPrefix.Parse($"10.0.0.{last}/24"), IpPrefix.Parse($"fd00::{last}/64")],
            Mac = new MacAddress(0x0200_0000_0000UL + last),
        });
        return stack;
    }
}
