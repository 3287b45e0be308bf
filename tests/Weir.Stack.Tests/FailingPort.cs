using Weir.Linux;
using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Tests;

/// <summary>A port whose device goes away when it is told to.</summary>
internal sealed class FailingPort(IPacketPort port) : IPacketPort
{
    private volatile bool _isGone, _goesAfterNext, _sendsNoMore;

    internal static LinuxException Gone { get; } = new("read tun0", (int)Errno.EBADF);

    internal bool IsDisposed => Disposals > 0;

    internal int Disposals { get; private set; }

    /// <summary>Somebody wanted to send, or woke it, after it was disposed.</summary>
    internal bool IsUsedLate { get; private set; }

    public DeviceCapabilities Capabilities => port.Capabilities;

    internal void Go()
    {
        _isGone = true;
        port.Wake();
    }

    /// <summary>What is sent from now on fails. Its stack is not woken.</summary>
    internal void RefuseToSend() => _sendsNoMore = true;

    /// <summary>In the same batch as the next packet, after it.</summary>
    internal void GoAfterNext() => _goesAfterNext = true;

    public Span<byte> Rent(int length)
    {
        IsUsedLate |= IsDisposed;
        return port.Rent(length);
    }

    public void Send(int length, in PacketOffload offload)
    {
        IsUsedLate |= IsDisposed;
        if (_sendsNoMore)
            throw Gone;
        port.Send(length, offload);
    }

    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        if (_isGone)
            throw Gone;
        var received = port.TryReceive(out packet, out offload);
        _isGone |= received && _goesAfterNext;
        return received;
    }

    public void Wait(TimeSpan? timeout) => port.Wait(timeout);

    public void Wake()
    {
        IsUsedLate |= IsDisposed;
        port.Wake();
    }

    public void Dispose()
    {
        Disposals++;
        port.Dispose();
    }
}
