using Weir.Stack.Devices;
using Weir.TcpIp.Devices;

namespace Weir.Stack.Tests;

/// <summary>A port whose stack a test stops where it takes the next packet: in the middle of a turn, under the loop's gate. And one that tells when it is closed.</summary>
internal sealed class HookedPort(IPacketPort port) : IPacketPort
{
    /// <summary>Asked before each packet; true: an empty one comes first, which goes on with the turn.</summary>
    internal Func<bool>? Receiving { get; set; }

    /// <summary>After each packet that came.</summary>
    internal Action? Received { get; set; }

    /// <summary>Its stack waits for packets and to be woken, never for a time: nothing is done only because it woke.</summary>
    internal bool KnowsNoTime { get; init; }

    internal Action? Disposing { get; set; }

    /// <summary>The loop's.</summary>
    internal Thread? Thread { get; private set; }

    public DeviceCapabilities Capabilities => port.Capabilities;

    public Span<byte> Rent(int length) => port.Rent(length);

    public void Send(int length, in PacketOffload offload) => port.Send(length, offload);

    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        Thread ??= Thread.CurrentThread;
        if (Receiving?.Invoke() == true)
        {
            packet = default;
            offload = default;
            return true;
        }

        if (!port.TryReceive(out packet, out offload))
            return false;
        Received?.Invoke();
        return true;
    }

    public void Wait(TimeSpan? timeout) => port.Wait(KnowsNoTime ? null : timeout);

    public void Wake() => port.Wake();

    public void Dispose()
    {
        Disposing?.Invoke();
        port.Dispose();
    }
}
