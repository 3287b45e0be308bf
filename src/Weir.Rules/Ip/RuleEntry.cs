using System.Net.Sockets;

namespace Weir.Rules.Ip;

/// <summary>What a policy routing rule does with a packet that it matches; the kernel's FR_ACT_ numbers.</summary>
public enum RuleAction : byte
{
    Unspecified = 0,
    Lookup = 1,
    Goto = 2,
    Nop = 3,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
}

/// <summary>A policy routing rule, as <c>ip rule</c> prints it and takes it.</summary>
public sealed record RuleEntry : IpEntry
{
    public AddressFamily Family { get; init; } = AddressFamily.InterNetwork;
    /// <summary>Null: the kernel chooses the next one below the last (only in a command).</summary>
    public uint? Priority { get; init; }
    public bool Not { get; init; }
    public IpPrefix? From { get; init; }
    public IpPrefix? To { get; init; }
    public byte TypeOfService { get; init; }
    public uint? Mark { get; init; }
    public uint? Mask { get; init; }
    public string InputLink { get; init; } = "";
    public bool InputDetached { get; init; }
    public string OutputLink { get; init; } = "";
    public bool OutputDetached { get; init; }
    public bool L3Master { get; init; }
    public (uint First, uint Last)? Users { get; init; }
    public byte IpProtocol { get; init; }
    public (ushort First, ushort Last)? SourcePorts { get; init; }
    public (ushort First, ushort Last)? DestinationPorts { get; init; }
    public ulong TunnelId { get; init; }
    /// <summary>0: none.</summary>
    public uint Table { get; init; }
    public int? SuppressPrefixLength { get; init; }
    public uint? SuppressGroup { get; init; }
    /// <summary>16 bits from, 16 bits to.</summary>
    public uint Realms { get; init; }
    public RuleAction Action { get; init; } = RuleAction.Lookup;
    public uint? Goto { get; init; }
    public bool Unresolved { get; init; }
    public byte Protocol { get; init; }
}
