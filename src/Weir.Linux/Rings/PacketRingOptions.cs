namespace Weir.Linux.Rings;

/// <summary>How a packet ring is set up.</summary>
public sealed record PacketRingOptions
{
    /// <summary>Frames that the ring holds; a power of two, 64 to 262144.</summary>
    public int Slots { get; init; } = 16384;

    /// <summary>Bytes of a slot, headers of the ring included; a power of two, 512 to 65536. Longer frames cost one copy more.</summary>
    public int SlotBytes { get; init; } = 2048;

    /// <summary>Frames that this host sends out of the link are not captured (PACKET_IGNORE_OUTGOING): right for the pipe, wrong for a tap.</summary>
    public bool IgnoreOutgoing { get; init; }

    /// <summary>The program that the socket starts with (SO_ATTACH_BPF); -1: none. See <see cref="PacketRing.AttachFilter"/>.</summary>
    public int FilterProgram { get; init; } = -1;

    /// <summary>How long a waiting reader looks at the ring before it sleeps in poll(2).</summary>
    public TimeSpan Spin { get; init; } = TimeSpan.FromMicroseconds(20);

    /// <summary>The pipe between the kernel programs and the packet loop.</summary>
    public static PacketRingOptions Pipe { get; } = new() { IgnoreOutgoing = true };

    /// <summary>A look at a workload's port: both directions, fewer slots, no spinning.</summary>
    public static PacketRingOptions Tap { get; } = new() { Slots = 4096, Spin = TimeSpan.Zero };
}
