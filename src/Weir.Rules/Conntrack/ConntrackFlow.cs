using System.Net.Sockets;

namespace Weir.Rules.Conntrack;

/// <summary>What an event says of a connection.</summary>
public enum ConntrackEventKind
{
    New,
    Update,
    Destroy,
}

/// <summary>A connection, as a line of <c>conntrack -L</c> (or <c>-E</c>) shows it. What is null does not stand in the line.</summary>
public sealed record ConntrackFlow
{
    /// <summary>Only in the lines of <c>conntrack -E</c>.</summary>
    public ConntrackEventKind? Event { get; init; }

    /// <summary>Only with <c>-o extended</c>.</summary>
    public AddressFamily? Family { get; init; }

    /// <summary>IPPROTO_.</summary>
    public required byte Protocol { get; init; }

    /// <summary>Seconds until it is forgotten.</summary>
    public uint? Timeout { get; init; }

    /// <summary><c>ESTABLISHED</c>, for protocols that have states.</summary>
    public string? State { get; init; }

    public required ConntrackDirection Original { get; init; }

    /// <summary>No answer was seen yet.</summary>
    public bool Unreplied { get; init; }

    public required ConntrackDirection Reply { get; init; }

    /// <summary><c>ASSURED</c>, <c>OFFLOAD</c> or <c>HW_OFFLOAD</c>.</summary>
    public string? Flag { get; init; }

    public uint? Mark { get; init; }

    public string? SecurityContext { get; init; }

    public ushort? Zone { get; init; }

    public ushort? OriginalZone { get; init; }

    public ushort? ReplyZone { get; init; }

    /// <summary>Seconds since it began (<c>nf_conntrack_timestamp</c>).</summary>
    public ulong? DeltaTime { get; init; }

    public string? Helper { get; init; }

    /// <summary>References that the kernel holds.</summary>
    public uint? Use { get; init; }

    /// <summary>Only with <c>-o id</c>.</summary>
    public uint? Id { get; init; }
}
