using System.Diagnostics;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Dhcp;
using Weir.TcpIp.Dns;
using Weir.TcpIp.Icmp;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Udp;

namespace Weir.TcpIp;

/// <summary>A host's TCP/IP: interfaces, routes, ICMP, UDP and TCP, for one thread and without locks.</summary>
/// <remarks>
/// <code>
///   Receive ─► [Ethernet ─► ARP] ─► IPv4 / IPv6 ─► fragments ─► TCP, UDP, ICMP ─► the application
///                                        └► forward                    │
///   device ◄─ [Ethernet ◄─ neighbors] ◄─ route, header ◄───────────────┘ Transmit
/// </code>
/// Whoever reads the devices calls <see cref="Receive"/> for each packet, then <see cref="Transmit"/>, and <see cref="Expire"/> when
/// <see cref="NextDeadline"/> has come. The time only grows; it may begin anywhere. No exception comes from what a packet contains, memory is
/// bounded whatever arrives, and a packet that goes no further is counted by its <see cref="IpDropReason"/>.
/// Documents to read before changing it: RFC 791, 1122, 8200, 4443, 4861, 5722, 6864.
/// </remarks>
public sealed class NetworkStack : ISegmentPaths
{
    /// <summary>The index of the interface to ourselves, in routes and arrivals.</summary>
    public const int LoopbackIndex = -1;

    /// <summary>net.core's loopback MTU is 65536; what an IPv4 packet can be is one less.</summary>
    private const int LoopbackMtu = ushort.MaxValue;

    private const int SharedPaths = 256;
    private const int LoopbackBudget = 256;

    private readonly List<StackInterface> _interfaces = [];
    private readonly long[] _drops = new long[Enum.GetValues<IpDropReason>().Length];
    private readonly SegmentPath?[] _paths = new SegmentPath?[SharedPaths];
    private readonly byte[] _scratch = new byte[EthernetHeader.Size + Ipv6Header.Size + ushort.MaxValue];
    private readonly Func<uint> _random;
    private readonly MemoryDevice _loop;
    private readonly OwnAddresses _addresses;
    private readonly LinkInput _links;
    private readonly TransportInput _transports;
    private readonly Forwarder _forwarder;

    public NetworkStack(NetworkStackOptions options)
    {
        _random = options.Random;
        Identifications = new IdentificationCounters(_random);
        Fragments = new FragmentTable(this);
        Output = new IpOutput(this);
        _addresses = new OwnAddresses(this);
        _links = new LinkInput(this);
        _transports = new TransportInput(this);
        _forwarder = new Forwarder(this);
        Icmp = new IcmpLayer(this);
        Udp = new UdpLayer(this, _random);
        Dns = new DnsResolver(this, _random);
        Tcp = new TcpLayer(this, options.Tcp ?? new TcpLayerOptions { Secret = Draw() });
        _loop = MemoryDevice.CreateLoop(
            new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = LoopbackMtu, TransmitChecksumOffload = true, MaxSegmentOffload = LoopbackMtu },
            options.LoopbackBytes);
        Loopback = new StackInterface(this, LoopbackIndex, _loop, new InterfaceOptions { Name = "lo" }, _random, _scratch);
        AddAddress(Loopback, IpPrefix.Parse("127.0.0.1/8"), default);
        AddAddress(Loopback, IpPrefix.Parse("::1/128"), default);
    }

    public TcpLayer Tcp { get; }

    public UdpLayer Udp { get; }

    public IcmpLayer Icmp { get; }

    /// <summary>Asks name servers for addresses.</summary>
    public DnsResolver Dns { get; }

    public RoutingTable Routes { get; } = new();

    public IReadOnlyList<StackInterface> Interfaces => _interfaces;

    /// <summary>When <see cref="Expire"/> is wanted next, or <see cref="Transmit"/> if that time has passed; null: never. It may be early, not late.</summary>
    public TimeSpan? NextDeadline
    {
        get
        {
            if (_loop.Waiting > 0)
                return Now;
            TimeSpan next = Earlier(Tcp.NextDeadline ?? TimeSpan.MaxValue, Dns.NextDeadline);
            if (Fragments.Count > 0)
                next = Earlier(next, Fragments.NextDeadline);
            if (PathMtus.NextDeadline is { } forget)
                next = Earlier(next, forget);
            foreach (StackInterface link in _interfaces)
                next = Earlier(next, link.NextDeadline);
            return next == TimeSpan.MaxValue ? null : next;
        }
    }

    internal StackInterface Loopback { get; }

    internal IpOutput Output { get; }

    internal FragmentTable Fragments { get; }

    internal PathMtuCache PathMtus { get; } = new();

    internal IdentificationCounters Identifications { get; }

    /// <summary>The time of the last call.</summary>
    internal TimeSpan Now { get; private set; }

    /// <summary>Moves when a route or an address has changed.</summary>
    internal int PathGeneration => Routes.Generation + _addresses.Generation;

    /// <summary>Adds an interface, its addresses, and a route to the network of each. Returns its index for <see cref="Receive"/>.</summary>
    /// <exception cref="ArgumentException">The device is Ethernet and no own Ethernet address is given, or its MTU is below 576.</exception>
    public int AddInterface(IDevice device, InterfaceOptions options, TimeSpan now = default)
    {
        DeviceCapabilities capabilities = device.Capabilities;
        if (capabilities.Medium == DeviceMedium.Ethernet && (options.Mac == default || options.Mac.IsGroup))
            throw new ArgumentException("an Ethernet interface needs an Ethernet address of its own", nameof(options));
        if (capabilities.Mtu is < 576 or > ushort.MaxValue)
            throw new ArgumentException($"an MTU of {capabilities.Mtu} is not between 576 and 65535", nameof(device));
        SetNow(now);
        var link = new StackInterface(this, _interfaces.Count, device, options, _random, _scratch);
        _interfaces.Add(link);
        foreach (IpPrefix address in options.Addresses)
            AddAddress(link, address, now);
        return link.Index;
    }

    /// <summary>Adds an address, and the route to its network.</summary>
    public void AddAddress(int interfaceIndex, IpPrefix address, TimeSpan now)
    {
        SetNow(now);
        AddAddress(Find(interfaceIndex), address, now);
    }

    /// <summary>Takes an address away, and the route to its network. Connections from it go on, and what comes for it is no longer ours.</summary>
    /// <returns>False: there is no such address.</returns>
    public bool DeleteAddress(int interfaceIndex, IpPrefix address)
    {
        StackInterface link = Find(interfaceIndex);
        if (!link.DeleteAddress(address))
            return false;
        AddressesChanged();
        foreach (InterfaceAddress other in link.AddressList)
        {
            if (other.Prefix.Network == address.Network && other.Prefix.Length == address.Length)
                return true;
        }

        foreach (Route route in Routes.List())
        {
            if (route.Interface == interfaceIndex && route.Gateway == 0 && route.Destination.Network == address.Network && route.Destination.Length == address.Length)
                Routes.Delete(address);
        }

        return true;
    }

    /// <summary>Gets an IPv4 address, a router and name servers for an interface from a DHCP server, and keeps them.</summary>
    /// <exception cref="ArgumentException">It is no Ethernet interface.</exception>
    /// <exception cref="InvalidOperationException">UDP port 68 is taken: one interface of a stack can have a DHCP client.</exception>
    public DhcpClient StartDhcp(int interfaceIndex, TimeSpan now)
    {
        SetNow(now);
        StackInterface link = Find(interfaceIndex);
        if (link.Medium != DeviceMedium.Ethernet)
            throw new ArgumentException("DHCP is for Ethernet", nameof(interfaceIndex));
        return link.Dhcp = new DhcpClient(this, link, _random);
    }

    /// <summary>How many packets went no further for a reason.</summary>
    public long Dropped(IpDropReason reason) => _drops[(int)reason];

    /// <summary>A packet (frame on Ethernet) has come in. Its bytes may be changed.</summary>
    /// <param name="interfaceIndex">What AddInterface returned.</param>
    /// <param name="packet">All of it; valid during the call.</param>
    /// <param name="offload">What the device says of it.</param>
    /// <param name="now">The time.</param>
    public void Receive(int interfaceIndex, Span<byte> packet, in PacketOffload offload, TimeSpan now)
    {
        SetNow(now);
        _links.Receive(_interfaces[interfaceIndex], packet, offload);
    }

    /// <summary>Sends what is due, until the devices have no room.</summary>
    public void Transmit(TimeSpan now)
    {
        SetNow(now);
        Tcp.Transmit(now);
        for (int budget = LoopbackBudget; budget > 0 && _loop.TryReceive(out Span<byte> packet, out PacketOffload offload); budget--)
        {
            _links.Receive(Loopback, packet, offload);
            if (_loop.Waiting == 0)
                Tcp.Transmit(now);
        }
    }

    /// <summary>Runs what is due: retransmissions, neighbors, fragments, path MTUs, questions for names.</summary>
    public void Expire(TimeSpan now)
    {
        SetNow(now);
        foreach (StackInterface link in _interfaces)
            link.Expire(now);
        Fragments.Expire(now);
        PathMtus.Expire(now);
        Dns.Expire(now);
        Tcp.Expire(now);
    }

    /// <inheritdoc/>
    public ISegmentPath? Find(UInt128 local, UInt128 remote)
    {
        if (IpAddressBits.IsIpv4(local) != IpAddressBits.IsIpv4(remote) || AddressKinds.IsMulticast(remote))
            return null;
        ulong hash = ((ulong)local ^ (ulong)(remote >> 64) ^ ((ulong)remote * 0x9E37_79B9_7F4A_7C15)) * 0xBF58_476D_1CE4_E5B9;
        ref SegmentPath? shared = ref _paths[hash >> 56];
        if (shared is null || shared.Remote != remote || shared.Local != local)
            shared = SegmentPath.Create(this, local, remote);
        return shared;
    }

    /// <inheritdoc/>
    public UInt128 ChooseSource(UInt128 remote) =>
        Output.TryRoute(remote, null, out NextHop hop, out Route? route) ? Output.ChooseSource(remote, hop, route) : 0;

    internal void SetNow(TimeSpan now)
    {
        if (now > Now)
            Now = now;
    }

    internal void Drop(IpDropReason reason) => _drops[(int)reason]++;

    internal StackInterface Find(int index) => index == LoopbackIndex ? Loopback : _interfaces[index];

    internal bool Owns(UInt128 address) => _addresses.Contains(address);

    internal UInt128 AnySource(UInt128 destination)
    {
        foreach (StackInterface link in _interfaces)
        {
            UInt128 source = link.ChooseSource(destination);
            if (source != 0)
                return source;
        }

        return 0;
    }

    /// <summary>A link-local address means something on its link only: that of the local address.</summary>
    internal StackInterface? LinkOf(UInt128 local, UInt128 remote) =>
        !IpAddressBits.IsIpv4(remote) && AddressKinds.IsLinkLocal(remote) ? _addresses.InterfaceOf(local) : null;

    internal bool IsTransport(byte protocol) => protocol is IpProtocol.IPPROTO_TCP or IpProtocol.IPPROTO_UDP;

    internal void AddressesChanged() => _addresses.Changed();

    internal DestinationKind Classify(StackInterface input, UInt128 source, UInt128 destination, out bool isMartian) =>
        _addresses.Classify(input, source, destination, out isMartian);

    internal void Forward(in Arrived arrived, Span<byte> packet, in PacketOffload offload)
    {
        if (arrived.Kind == DestinationKind.NotOurs || arrived.Input.Options.Forwarding)
            _forwarder.Forward(arrived, packet, offload);
        else
            Drop(IpDropReason.NotOurAddress);
    }

    /// <summary>A whole packet for us goes to its transport.</summary>
    internal void Deliver(in Arrived arrived) => _transports.Deliver(arrived);

    /// <summary>An ICMP error about a packet of ours; false: it is not.</summary>
    internal bool ReceiveError(in QuotedPacket quoted) => _transports.ReceiveError(quoted);

    /// <summary>The neighbor of a packet that was to be sent is silent: told to its sender, who may be ourselves.</summary>
    internal void Unreachable(ReadOnlySpan<byte> packet, bool isForwarded) => _transports.Unreachable(packet, isForwarded);

    private static TimeSpan Earlier(TimeSpan first, TimeSpan second) => first < second ? first : second;

    private void AddAddress(StackInterface link, IpPrefix address, TimeSpan now)
    {
        link.AddAddress(address, now);
        AddressesChanged();
        if (link != Loopback)
            Routes.Add(new Route { Destination = address, Interface = link.Index });
    }

    private UInt128 Draw()
    {
        UInt128 secret = 0;
        for (int i = 0; i < 4; i++)
            secret = (secret << 32) | _random();
        Debug.Assert(secret != 0, "randomness that gives nothing but zeros");
        return secret;
    }
}
