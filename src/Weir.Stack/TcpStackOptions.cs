using System.Net;
using Weir.Linux;
using Weir.Packets;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;

namespace Weir.Stack;

/// <summary>What a <see cref="TcpStack"/> is on its network.</summary>
public sealed record TcpStackOptions
{
    /// <summary>For the names of its threads: <c>weir-tcp-NAME-0</c>.</summary>
    public string Name { get; init; } = "stack";

    /// <summary>Own addresses. May be empty for a stack that is only transparent.</summary>
    public IReadOnlyList<IpPrefix> Addresses { get; init; } = [];

    /// <summary>Where what is not for the own networks goes; null, on a TUN device: to the device.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>On a TAP device with one queue: a DHCP server is asked for an IPv4 address, a router and name servers. They are there when <see cref="TcpStack.LeaseAsync"/> returns, and given back at the end.</summary>
    public bool Dhcp { get; init; }

    /// <summary>Whom to ask for names, through this stack, in this order. Empty: those of the DHCP server; without <see cref="Dhcp"/> the host's own resolver is asked.</summary>
    public IReadOnlyList<IPAddress> NameServers { get; init; } = [];

    /// <summary>How long one of them has time to answer before the next one is asked; each is asked twice. The default is that of resolv.conf(5).</summary>
    public TimeSpan NameTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Own Ethernet address, on TAP; null: a random one that is locally administered.</summary>
    public MacAddress? Mac { get; init; }

    /// <summary>Connections to any address are taken, not only to the own ones, and may be opened from any.</summary>
    public bool Transparent { get; init; }

    /// <summary>How connections behave.</summary>
    public TcpProfile Profile { get; init; } = TcpProfile.Default;

    /// <summary>
    /// What awaits a read or a write goes on in the stack's own thread, not on the thread pool: a round trip is spared two changes of threads. For code
    /// that never blocks: as long as it runs, nothing of the stack does.
    /// </summary>
    public bool InlineContinuations { get; init; }

    /// <summary>How long a thread looks for the next packet before it sleeps, if the last pause was as short. Shortens round trips, and costs a core while they last.</summary>
    public TimeSpan Spin { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Bytes that the buffers of all connections of a queue may take together. From three quarters on windows grow no more; at the limit writers wait, and what still comes is sent again.</summary>
    public long MemoryLimit { get; init; } = 256L * 1024 * 1024;

    /// <summary>Connections of a queue in all, TIME-WAIT included; of more the SYNs are dropped.</summary>
    public int MaxConnections { get; init; } = 262_144;

    /// <summary>The time of its machines, which never goes back. Waits are by the kernel's.</summary>
    internal Func<TimeSpan> Clock { get; init; } = static () => MonotonicClock.Now;

    /// <summary>How long the end of a stack waits for the peers to take what was written.</summary>
    internal TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(2);
}
