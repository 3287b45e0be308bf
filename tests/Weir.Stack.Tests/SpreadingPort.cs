using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Tests;

/// <summary>One end of several links of memory: each packet goes to the next of them, whatever flow it is of, as no kernel would be so bad to do.</summary>
internal sealed class SpreadingPort(IReadOnlyList<MemoryPort> links) : IPacketPort
{
    private readonly AutoResetEvent _wake = new(initialState: false);
    private int _next;

    public DeviceCapabilities Capabilities => links[0].Capabilities;

    public Span<byte> Rent(int length) => links[_next].Rent(length);

    public void Send(int length, in PacketOffload offload)
    {
        links[_next].Send(length, offload);
        _next = (_next + 1) % links.Count;
    }

    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        packet = default;
        offload = default;
        foreach (var link in links)
        {
            if (link.TryReceive(out packet, out offload))
                return true;
        }

        return false;
    }

    // Each link has an event of its own: it is looked at them all again, and soon.
    public void Wait(TimeSpan? timeout) => _wake.WaitOne(TimeSpan.FromMilliseconds(1));

    public void Wake() => _wake.Set();

    public void Dispose()
    {
        foreach (var link in links)
            link.Dispose();
        _wake.Dispose();
    }
}
