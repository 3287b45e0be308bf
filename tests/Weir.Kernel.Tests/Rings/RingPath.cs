using Weir.Linux;
using Weir.Linux.Rings;
using Weir.Testing;

namespace Weir.Kernel.Tests.Rings;

/// <summary>
/// A client and a server whose frames all go through a ring, as in inline capture but steered by u32 and mirred:
/// <code>
/// client eth0 ══ cli ─┐ middle ┌─ srv ══ eth0 server
///                     └─ vbr ══ vth ◄► ring
/// </code>
/// </summary>
internal sealed class RingPath : IDisposable
{
    public const string ClientAddress = "10.88.0.1";
    public const string ServerAddress = "10.88.0.2";
    public const string ClientMac = "02:00:00:00:00:01";
    public const string ServerMac = "02:00:00:00:00:02";
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(50);

    private readonly NetworkNamespace _middle;
    private readonly Thread? _thread;
    private volatile bool _stop;
    private Exception? _fault;

    /// <param name="mayPass">Asked about each frame; null: all go back.</param>
    public RingPath(PacketRingOptions options, Func<PacketRing, int, bool>? mayPass = null)
        : this(options, ServerMac)
    {
        _thread = new Thread(() => Loop(mayPass)) { IsBackground = true, Name = "test-ring" };
        _thread.Start();
    }

    /// <summary>Without a loop: the test gives the ring to one. The server's own address may be a marker, so that nothing has to rewrite frames.</summary>
    public RingPath(PacketRingOptions options, string serverMac)
    {
        Client = new TestNamespace();
        Server = new TestNamespace();
        Middle = new TestNamespace();
        Middle.Ip("link add vbr mtu 65535 type veth peer name vth mtu 65535");
        foreach (string link in new[] { "vbr", "vth" })
        {
            Middle.Run("sysctl", "-qw", $"net.ipv6.conf.{link}.disable_ipv6=1");
            Middle.Ip($"link set {link} up arp off");
        }
        Join(Client, "cli", ClientMac, ClientAddress, ServerAddress, serverMac);
        Join(Server, "srv", serverMac, ServerAddress, ClientAddress, ClientMac);
        Redirect("cli", "u32 match u8 0 0", "vbr");
        Redirect("srv", "u32 match u8 0 0", "vbr");
        Redirect("vbr", $"u32 match u16 0x{serverMac[^5..].Replace(":", "", StringComparison.Ordinal)} 0xffff at -10", "srv", "1");
        Redirect("vbr", "u32 match u16 0x0001 0xffff at -10", "cli", "2");

        _middle = NetworkNamespace.OpenNamed(Middle.Name);
        Ring = PacketRing.Open(_middle, "vth", options);
    }

    public TestNamespace Client { get; }

    public TestNamespace Server { get; }

    public TestNamespace Middle { get; }

    public PacketRing Ring { get; }

    public long Frames { get; private set; }

    public int LongestFrame { get; private set; }

    public int PartialChecksums { get; private set; }

    public int Truncated { get; private set; }

    public int Outgoing { get; private set; }

    public void Stop()
    {
        _stop = true;
        Ring.Wake();
        _thread?.Join();
        if (_fault is not null)
            throw new InvalidOperationException("The ring's thread failed.", _fault);
    }

    public void Dispose()
    {
        _stop = true;
        if (_thread is not null)
            Ring.Wake();
        _thread?.Join();
        Ring.Dispose();
        _middle.Dispose();
        Middle.Dispose();
        Client.Dispose();
        Server.Dispose();
    }

    private void Join(TestNamespace end, string link, string mac, string address, string peerAddress, string peerMac)
    {
        Middle.Ip($"link add {link} type veth peer name eth0 netns {end.Name} address {mac}");
        end.Run("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1");
        Middle.Run("sysctl", "-qw", $"net.ipv6.conf.{link}.disable_ipv6=1");
        end.Ip($"addr add {address}/24 dev eth0");
        end.Ip("link set eth0 up");
        end.Ip($"neigh replace {peerAddress} lladdr {peerMac} dev eth0 nud permanent");
        Middle.Ip($"link set {link} up");
    }

    private void Redirect(string from, string match, string to, string preference = "1")
    {
        Tool.TryIn(Middle.Name, "tc", "qdisc", "add", "dev", from, "clsact");
        string line = $"filter add dev {from} ingress pref {preference} protocol all {match} action mirred egress redirect dev {to}";
        Middle.Run("tc", line.Split(' '));
    }

    private void Loop(Func<PacketRing, int, bool>? mayPass)
    {
        try
        {
            while (!_stop)
            {
                int count = Ring.Receive(Idle);
                for (int i = 0; i < count; i++)
                {
                    Note(i);
                    if (!Ring.IsTruncated(i) && (mayPass is null || mayPass(Ring, i)))
                        Ring.Return(i);
                }
                Ring.Release();
            }
        }
        catch (Exception fault)
        {
            _fault = fault;
        }
    }

    private void Note(int index)
    {
        Frames++;
        LongestFrame = Math.Max(LongestFrame, Ring.FrameAt(index).Length);
        if (Ring.HasPartialChecksum(index))
            PartialChecksums++;
        if (Ring.IsTruncated(index))
            Truncated++;
        if (Ring.IsOutgoing(index))
            Outgoing++;
    }
}
