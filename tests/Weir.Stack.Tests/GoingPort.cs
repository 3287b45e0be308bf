using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Tests;

/// <summary>A port whose device may go, as a TUN device that is deleted; and that counts who uses it when it is closed.</summary>
internal sealed class GoingPort(IPacketPort inner) : IPacketPort
{
    private bool _hasFailed, _isClosed;
    private int _usedAfterTheEnd;

    internal int UsedAfterTheEnd => Volatile.Read(ref _usedAfterTheEnd);

    public DeviceCapabilities Capabilities => inner.Capabilities;

    internal void Fail()
    {
        Volatile.Write(ref _hasFailed, true);
        inner.Wake();
    }

    public Span<byte> Rent(int length)
    {
        Use();
        return inner.Rent(length);
    }

    public void Send(int length, in PacketOffload offload)
    {
        Use();
        inner.Send(length, offload);
    }

    public bool TryReceive(out Span<byte> packet, out PacketOffload offload) =>
        Volatile.Read(ref _hasFailed) ? throw new IOException("the device is gone") : inner.TryReceive(out packet, out offload);

    public void Wait(TimeSpan? timeout) => inner.Wait(timeout);

    public void Wake()
    {
        Use();
        inner.Wake();
    }

    public void Dispose()
    {
        Volatile.Write(ref _isClosed, true);
        inner.Dispose();
    }

    private void Use()
    {
        if (Volatile.Read(ref _isClosed))
            Interlocked.Increment(ref _usedAfterTheEnd);
    }
}
