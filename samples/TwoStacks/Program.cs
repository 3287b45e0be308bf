// Two hosts on one thread; the link between them takes 10 ms and loses every tenth packet one way. The time is the program's own: the seconds of the
// transfer are over in a moment, and the same seeds give the same again.
// dotnet run --project samples/TwoStacks
using System.Text;
using Weir.Packets;
using Weir.TcpIp;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

var (left, right) = MemoryDevice.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = 1500 });
var wire = new LossyDevice(left, new LinkConditions { Loss = 0.1, Delay = TimeSpan.FromMilliseconds(10) }, seed: 42);
var client = Host(wire, "10.0.0.1/24", 1);
var server = Host(right, "10.0.0.2/24", 2);
var now = TimeSpan.Zero;

var listener = server.Tcp.Listen(new TcpListenOptions { Port = 7 });
var asking = client.Tcp.Connect(new TcpConnectOptions { RemoteAddress = IpAddressBits.Parse("10.0.0.2"), RemotePort = 7 }, null, now)!;
TcpConnection? answering = null;
var said = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("a line of many\n", 20_000)));
int written = 0, read = 0;
var buffer = new byte[65536];

while (read < said.Length)
{
    written += asking.Write(said.AsSpan(written));
    if (answering is null && listener.TryAccept(out var accepted))
        answering = accepted;
    read += answering?.Read(buffer) ?? 0;
    Step();
}

var info = asking.Info;
Console.WriteLine($"{read} bytes arrived after {now.TotalSeconds:0.000} s of the hosts' time; {wire.Lost} of {wire.Sent} packets were lost, {info.Retransmissions} sent again, {info.Timeouts} by time-out");

// Moves what can move, and lets the time go on to the next thing that is due.
void Step()
{
    client.Transmit(now);
    while (right.TryReceive(out var packet, out var offload))
        server.Receive(0, packet, offload, now);
    server.Transmit(now);
    while (left.TryReceive(out var packet, out var offload))
        client.Receive(0, packet, offload, now);
    now += TimeSpan.FromMilliseconds(1);
    wire.Advance(now);
    if (client.NextDeadline <= now)
        client.Expire(now);
    if (server.NextDeadline <= now)
        server.Expire(now);
}

static NetworkStack Host(IDevice device, string address, int seed)
{
    var random = new Random(seed);
    var stack = new NetworkStack(new NetworkStackOptions { Random = () => (uint)random.NextInt64(1L << 32) });
    stack.AddInterface(device, new InterfaceOptions { Addresses = [IpPrefix.Parse(address)] });
    return stack;
}
