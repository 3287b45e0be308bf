using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Weir.Capture.Steering;

/// <summary>The key of the settled map: one direction of a session at one port. Addresses and ports as on the wire; IPv4 as ::ffff:a.b.c.d.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
public struct SettledMapKey
{
    public const int Size = 40;
    public const int SourceOffset = 0, DestinationOffset = 16, PortsOffset = 32, PortIdOffset = 36, ProtocolOffset = 38;

    private UInt128 source;
    private UInt128 destination;
    private ushort sourcePort;
    private ushort destinationPort;
    public ushort PortId;
    public byte Protocol;
    public byte Padding;

    public SettledMapKey(ushort portId, byte protocol, UInt128 source, UInt128 destination, ushort sourcePort, ushort destinationPort)
    {
        this.source = BinaryPrimitives.ReverseEndianness(source);
        this.destination = BinaryPrimitives.ReverseEndianness(destination);
        this.sourcePort = BinaryPrimitives.ReverseEndianness(sourcePort);
        this.destinationPort = BinaryPrimitives.ReverseEndianness(destinationPort);
        PortId = portId;
        Protocol = protocol;
    }

    public readonly UInt128 Source => BinaryPrimitives.ReverseEndianness(source);
    public readonly UInt128 Destination => BinaryPrimitives.ReverseEndianness(destination);
    public readonly ushort SourcePort => BinaryPrimitives.ReverseEndianness(sourcePort);
    public readonly ushort DestinationPort => BinaryPrimitives.ReverseEndianness(destinationPort);
}

/// <summary>The value of the settled map: the policy generation it was judged under, and what passed.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct SettledMapValue
{
    public const int Size = 32;
    public const int GenerationOffset = 0, PacketsOffset = 8, BytesOffset = 16, LastSeenOffset = 24;

    public uint Generation;
    public uint Padding;
    public ulong Packets;
    public ulong Bytes;
    /// <summary>CLOCK_MONOTONIC, nanoseconds.</summary>
    public ulong LastSeen;
}

/// <summary>What all programs of one data path share: a mapped page that the packet loop writes with plain stores.</summary>
internal static class ControlLayout
{
    public const int Size = 64;
    /// <summary>u64: when the packet loop last turned, CLOCK_MONOTONIC nanoseconds; 0: never.</summary>
    public const int HeartbeatOffset = 0;
    /// <summary>u64: after how many nanoseconds of silence the enforcer counts as dead.</summary>
    public const int TimeoutOffset = 8;
    /// <summary>u32: only settled entries of this generation pass.</summary>
    public const int GenerationOffset = 16;
    /// <summary>u32: 1 drops the traffic of captured workloads while the enforcer is dead, 0 passes it.</summary>
    public const int FailClosedOffset = 20;
    /// <summary>u64: frames on the pipe that carried no known marker.</summary>
    public const int UnknownMarkerOffset = 24;
    /// <summary>u64: frames from the packet loop with an error in redirecting; spare.</summary>
    public const int SpareOffset = 32;
}

/// <summary>What a port's programs did with a frame. The order is the layout of <see cref="PortLayout"/>.</summary>
public enum SteeringOutcome
{
    /// <summary>Passed in the kernel: the session is settled.</summary>
    Settled,
    /// <summary>Sent to the enforcer with the marker.</summary>
    Judged,
    /// <summary>Passed unseen because the enforcer is silent (fail-open).</summary>
    FailOpen,
    /// <summary>Dropped because the enforcer is silent (fail-closed).</summary>
    FailClosed,
    /// <summary>Multicast, broadcast and ARP: passed untouched.</summary>
    Untouched,
    /// <summary>Passed unseen: VLAN, other ethertypes, unicast for another address.</summary>
    Other,
    /// <summary>IP from the workload with an Ethernet source that is not its own: passed.</summary>
    ForeignSource,
    /// <summary>The same, dropped because the port is strict.</summary>
    ForeignSourceDropped,
}

/// <summary>Which way a frame goes: toward the workload (it came in on <c>vex</c>) or from it (on <c>vin</c>).</summary>
public enum SteeringDirection
{
    TowardWorkload,
    FromWorkload,
}

/// <summary>A port's own mapped page: its flags, and a pair of counters (frames, bytes) per direction and outcome.</summary>
internal static class PortLayout
{
    public const int Outcomes = 8;
    /// <summary>u32: 1 drops frames from the workload whose source is not its own.</summary>
    public const int StrictOffset = 0;
    private const int CountersOffset = 8;
    public const int Size = CountersOffset + 2 * Outcomes * 16;

    public static int FramesOffset(SteeringDirection direction, SteeringOutcome outcome) =>
        CountersOffset + ((int)direction * Outcomes + (int)outcome) * 16;

    public static int BytesOffset(SteeringDirection direction, SteeringOutcome outcome) => FramesOffset(direction, outcome) + 8;
}

/// <summary>The value of the pipe's map from port id (u16, big endian) to the port.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PipePortValue
{
    public const int Size = 16;
    public const int AddressOffset = 0, InsideOffset = 8, OutsideOffset = 12;

    public ulong Address;
    public int InsideIndex;
    public int OutsideIndex;
}
