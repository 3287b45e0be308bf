namespace Weir.Rules.Tc;

/// <summary>One action of a filter.</summary>
/// <param name="Control"><c>pipe</c>, <c>pass</c>, <c>goto chain 5</c>, …: what becomes of the frame afterwards.</param>
public abstract record TcAction(string Kind, string Control)
{
    /// <summary>Its number among those of its kind in the namespace; 0 in a command that does not say.</summary>
    public uint Index { get; init; }
    public uint References { get; init; }
    public uint Bindings { get; init; }
    /// <summary>Null when it is not known; printed only on demand, as are the times.</summary>
    public TcStatistics? Statistics { get; init; }
    public TcActionTimes? Times { get; init; }
}

/// <summary><c>mirred</c>: the frame (redirect) or a copy (mirror) leaves by, or comes in at, a device.</summary>
public sealed record TcMirred(bool Ingress, bool Redirect, string Device, string Control) : TcAction("mirred", Control);

/// <summary><c>pedit</c>: words changed in place.</summary>
public sealed record TcPedit(IReadOnlyList<TcPeditKey> Keys, string Control) : TcAction("pedit", Control)
{
    /// <summary><c>pedit ex</c>: the kernel is told the header of each key. What tc prints shows it only by the keys.</summary>
    public bool Extended { get; init; }
}

/// <summary><c>word = (word AND Mask) XOR Value</c>, or with <see cref="Add"/> an addition.</summary>
/// <param name="Header"><c>eth</c>, <c>ipv4</c>, <c>ipv6</c>, <c>tcp</c>, <c>udp</c>; empty for the network header.</param>
public readonly record struct TcPeditKey(string Header, int Offset, uint Value, uint Mask, bool Add = false);

/// <summary><c>gact</c>: nothing but its control, and another one by chance.</summary>
/// <param name="Random"><c>none</c>, <c>netrand</c>, <c>determ</c>.</param>
public sealed record TcGact(string Control, string Random, string RandomControl, uint RandomValue) : TcAction("gact", Control);

/// <summary><c>skbedit</c>; what is null stays as it is.</summary>
public sealed record TcSkbedit(string Control) : TcAction("skbedit", Control)
{
    public uint? QueueMapping { get; init; }
    public uint? Priority { get; init; }
    public uint? Mark { get; init; }
    public uint? MarkMask { get; init; }
    /// <summary><c>host</c>, <c>broadcast</c>, <c>multicast</c>, <c>otherhost</c>.</summary>
    public string? PacketType { get; init; }
    public bool InheritDsField { get; init; }
}

/// <summary><c>csum</c>: <c>iph</c>, <c>icmp</c>, <c>igmp</c>, <c>tcp</c>, <c>udp</c>, <c>udplite</c>, <c>sctp</c>.</summary>
public sealed record TcCsum(IReadOnlyList<string> Kinds, string Control) : TcAction("csum", Control);

/// <summary><c>police</c>: what becomes of frames beyond a rate, and (<see cref="ConformControl"/>, empty for passing) within it. Rates in bytes per second, sizes in bytes.</summary>
public sealed record TcPolice(string Control) : TcAction("police", Control)
{
    public ulong Rate { get; init; }
    public uint Burst { get; init; }
    /// <summary>All ones for no limit; 0 in a command that does not say.</summary>
    public uint Mtu { get; init; }
    public ulong PeakRate { get; init; }
    public uint AverageRate { get; init; }
    /// <summary>Packets per second, and packets.</summary>
    public uint PacketRate { get; init; }
    /// <inheritdoc cref="PacketRate"/>
    public uint PacketBurst { get; init; }
    public ushort Overhead { get; init; }
    public ushort MinimumPacket { get; init; }
    public bool Atm { get; init; }
    public string ConformControl { get; init; } = "";
}

/// <summary>An action that is not known here.</summary>
/// <param name="Text">What tc printed after <c>action order N: </c>, over as many lines as there were.</param>
public sealed record TcUnknownAction(string Kind, string Text) : TcAction(Kind, "");
