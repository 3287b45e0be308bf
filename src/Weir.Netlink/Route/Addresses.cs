using System.Net;

namespace Weir.Netlink.Route;

/// <summary>An address of a link, as <c>ip address show</c> shows it.</summary>
public sealed record LinkAddress
{
    public required int LinkIndex { get; init; }
    public required IPAddress Address { get; init; }
    public required byte PrefixLength { get; init; }
    /// <summary>The other end of a point-to-point address; null when none.</summary>
    public IPAddress? Peer { get; init; }
    public IPAddress? Broadcast { get; init; }
    public byte Scope { get; init; }
    public string Label { get; init; } = "";
    /// <summary>IFA_F_ flags of include/uapi/linux/if_addr.h.</summary>
    public uint Flags { get; init; }
    /// <summary>Seconds; <see cref="uint.MaxValue"/> is for ever.</summary>
    public uint ValidLifetime { get; init; } = uint.MaxValue;
    public uint PreferredLifetime { get; init; } = uint.MaxValue;
    /// <summary>IFA_RT_PRIORITY: metric of the prefix route; 0 when not set.</summary>
    public uint Metric { get; init; }
    /// <summary>IFA_PROTO: who made it (IFAPROT_); 0 when not said.</summary>
    public byte Protocol { get; init; }
}

/// <summary><c>ip address</c>.</summary>
public sealed class Addresses
{
    /// <summary>All addresses, or those of one link when <paramref name="linkIndex"/> is not 0.</summary>
    public IReadOnlyList<LinkAddress> List(int linkIndex = 0) => throw new NotImplementedException();
    public void Add(LinkAddress address) => throw new NotImplementedException();
    public void Delete(LinkAddress address) => throw new NotImplementedException();
}
