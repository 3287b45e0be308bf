using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Queue;

/// <summary>A namespace with a pair of UDP sockets on its loopback, and a rule that takes what goes between them.</summary>
internal sealed class QueueHost : IDisposable
{
    internal const int Port = 4000;

    private readonly TestNamespace _made = new();
    private readonly Socket _sender;
    private readonly Socket _receiver;

    /// <param name="target">The rule's target with its options, as iptables takes it.</param>
    internal QueueHost(string target)
    {
        Namespace = NetworkNamespace.OpenNamed(_made.Name);
        (_sender, _receiver) = Namespace.Run(() =>
        {
            var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
            receiver.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sender.Connect(IPAddress.Loopback, Port);
            return (sender, receiver);
        });
        Iptables($"-A OUTPUT -p udp --dport {Port} -j {target}");
    }

    internal NetworkNamespace Namespace { get; }

    internal void Iptables(string line) => _made.Run("iptables", line.Split(' '));

    internal string Run(string program, string line) => _made.Run(program, line.Split(' ')).Output;

    internal void Send(string text) => _sender.Send(Encoding.ASCII.GetBytes(text));

    internal void Send(byte[] bytes) => _sender.Send(bytes);

    internal string Receive()
    {
        var buffer = new byte[2000];
        return Encoding.ASCII.GetString(buffer, 0, _receiver.Receive(buffer));
    }

    internal int Receive(byte[] buffer) => _receiver.Receive(buffer);

    /// <summary>A verdict takes effect inside the call that sends it, and loopback delivers at once.</summary>
    internal bool HasArrived => _receiver.Available > 0;

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        Namespace.Dispose();
        _made.Dispose();
    }
}
