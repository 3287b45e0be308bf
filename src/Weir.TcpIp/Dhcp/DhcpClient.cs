using Weir.Packets;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Udp;

namespace Weir.TcpIp.Dhcp;

/// <summary>An interface's address, router and name servers from a DHCP server: RFC 2131 4.4.</summary>
/// <remarks>
/// <code>
/// Selecting ─ offer ─► Requesting ─ ack ─► Bound ─ T1 ─► Renewing ─ T2 ─► Rebinding ─ end of the lease ─► Selecting
///      ▲                   │ nak, silence    ▲───────── ack ──┴───────────────┘ nak ─► Selecting
/// </code>
/// The address is added to the interface, with a default route by the router unless there is one by hand, and both go when the lease does. Nothing is remembered between runs, and
/// nobody is asked whether another host uses the address (RFC 2131 4.4.1 only advises it). Servers' static routes are not read.
/// </remarks>
public sealed class DhcpClient : IDisposable
{
    private const ushort ServerPort = 67;
    private const ushort ClientPort = 68;
    private const uint Forever = uint.MaxValue;

    /// <summary>RFC 2131 4.1: 4, 8, 16, 32, 64 seconds, each a second more or less.</summary>
    private const int FirstWait = 4, LongestWait = 64;

    /// <summary>Then another server may do better.</summary>
    private const int MaxRequests = 4;

    /// <summary>RFC 2131 4.4.5.</summary>
    private static readonly TimeSpan ShortestRenewWait = TimeSpan.FromSeconds(60);

    /// <summary>A lease that is shorter would do nothing but ask for more; it is taken as one of this.</summary>
    private const uint ShortestLease = 30;

    private static readonly IpPrefix DefaultRoute = IpPrefix.Parse("0.0.0.0/0");

    private readonly NetworkStack _stack;
    private readonly StackInterface _link;
    private readonly Func<uint> _random;
    private readonly UdpSocket _socket;
    private DhcpReply? _offer;
    private Route? _route;
    private uint _xid;
    private int _sent;
    private TimeSpan _begun;
    private TimeSpan _asked;

    internal DhcpClient(NetworkStack stack, StackInterface link, Func<uint> random)
    {
        (_stack, _link, _random) = (stack, link, random);
        _socket = stack.Udp.Open(new UdpSocketOptions { LocalPort = ClientPort, ReceivePackets = 16 });
        _socket.Readable = Receive;
        Discover();
    }

    public DhcpState State { get; private set; }

    /// <summary>Null: there is none now.</summary>
    public DhcpLease? Lease { get; private set; }

    /// <summary>Called when the lease has come, has changed or is gone, from within the stack's Receive, Expire or <see cref="Release"/>.</summary>
    public Action<DhcpClient>? Changed { get; set; }

    /// <summary>When something is to be asked again; MaxValue: nothing is.</summary>
    internal TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Gives the address back to its server (RFC 2131 4.4.6), and asks for no other.</summary>
    public void Release(TimeSpan now)
    {
        _stack.SetNow(now);
        if (Lease is { } lease)
            Send(DhcpMessageType.DHCPRELEASE, lease.Server);
        (State, Deadline) = (DhcpState.Released, TimeSpan.MaxValue);
        Lose();
    }

    /// <summary>Ends the client: the address goes, and its server is not told.</summary>
    public void Dispose()
    {
        (State, Deadline) = (DhcpState.Released, TimeSpan.MaxValue);
        Lose();
        _socket.Dispose();
    }

    internal void Expire(TimeSpan now)
    {
        if (now < Deadline)
            return;
        switch (State)
        {
            case DhcpState.Selecting:
                Ask(DhcpMessageType.DHCPDISCOVER);
                break;
            case DhcpState.Requesting when _sent < MaxRequests:
                Ask(DhcpMessageType.DHCPREQUEST);
                break;
            case DhcpState.Bound or DhcpState.Renewing or DhcpState.Rebinding when Lease is { } lease && now < lease.Until:
                Extend(lease, now);
                break;
            default:
                Discover();
                Lose();
                break;
        }
    }

    private void Discover()
    {
        Begin(DhcpState.Selecting);
        Ask(DhcpMessageType.DHCPDISCOVER);
    }

    private void Begin(DhcpState state)
    {
        if (state is DhcpState.Selecting or DhcpState.Renewing)
            (_xid, _begun) = (_random(), _stack.Now);
        (State, _sent) = (state, 0);
    }

    /// <summary>Asks, and again when nobody answers.</summary>
    private void Ask(DhcpMessageType type)
    {
        if (_sent == 0)
            _asked = _stack.Now;
        Send(type, AddressKinds.LimitedBroadcast);
        int seconds = Math.Min(FirstWait << Math.Min(_sent++, 8), LongestWait);
        double jitter = (2.0 * _random() / uint.MaxValue) - 1;
        Schedule(_stack.Now + TimeSpan.FromSeconds(seconds + jitter));
    }

    /// <summary>T1 or T2 has come, or nobody has answered since.</summary>
    private void Extend(DhcpLease lease, TimeSpan now)
    {
        DhcpState state = now >= lease.RebindAt ? DhcpState.Rebinding : DhcpState.Renewing;
        if (state != State)
            Begin(state);
        if (_sent++ == 0)
            _asked = now;
        Send(DhcpMessageType.DHCPREQUEST, state == DhcpState.Renewing ? lease.Server : AddressKinds.LimitedBroadcast);

        // RFC 2131 4.4.5: after half of the time that is left, but a minute at least.
        TimeSpan end = state == DhcpState.Renewing ? lease.RebindAt : lease.Until;
        TimeSpan wait = (end - now) / 2;
        TimeSpan next = now + (wait < ShortestRenewWait ? ShortestRenewWait : wait);
        Schedule(next < end ? next : end);
    }

    private void Send(DhcpMessageType type, UInt128 to)
    {
        bool hasAddress = State is not (DhcpState.Selecting or DhcpState.Requesting);
        UInt128 own = hasAddress && Lease is { } lease ? lease.Address.Address : AddressKinds.Ipv4Unspecified;
        var seconds = (ushort)Math.Min((_stack.Now - _begun).TotalSeconds, ushort.MaxValue);
        var writer = new DhcpWriter(stackalloc byte[DhcpWriter.Size], type, _xid, seconds, _link.Mac, (uint)own);
        if (State == DhcpState.Requesting)
        {
            writer.WriteAddress(DhcpOption.RequestedAddress, _offer!.Address);
            writer.WriteAddress(DhcpOption.Server, _offer.Server);
        }

        if (type == DhcpMessageType.DHCPRELEASE)
            writer.WriteAddress(DhcpOption.Server, to);
        else
            writer.Write(DhcpOption.ParameterList, [(byte)DhcpOption.SubnetMask, (byte)DhcpOption.Router, (byte)DhcpOption.NameServers, (byte)DhcpOption.LeaseTime, (byte)DhcpOption.RenewalTime, (byte)DhcpOption.RebindingTime]);

        // What can't be sent now is lost, as on the way.
        _socket.SendVia(_link, own, to, ServerPort, writer.Finish(), _stack.Now);
    }

    private void Receive(UdpSocket socket)
    {
        while (socket.TryReceive(out ReadOnlySpan<byte> datagram, out UdpArrival arrival))
        {
            if (arrival.Interface == _link.Index && DhcpReply.Read(datagram, _xid, _link.Mac) is { } reply)
                Receive(reply);
        }
    }

    private void Receive(DhcpReply reply)
    {
        switch (State, reply.Type)
        {
            case (DhcpState.Selecting, DhcpMessageType.DHCPOFFER) when IsUsable(reply):
                // The first will do.
                _offer = reply;
                Begin(DhcpState.Requesting);
                Ask(DhcpMessageType.DHCPREQUEST);
                break;
            case (DhcpState.Requesting, DhcpMessageType.DHCPACK) when IsUsable(reply) && reply.Server == _offer!.Server:
            case (DhcpState.Renewing or DhcpState.Rebinding, DhcpMessageType.DHCPACK) when IsUsable(reply):
                Bind(reply);
                break;
            case (DhcpState.Requesting, DhcpMessageType.DHCPNAK) when reply.Server == _offer!.Server:
            case (DhcpState.Renewing or DhcpState.Rebinding, DhcpMessageType.DHCPNAK):
                // A server that says no at once would be asked at once for ever.
                Begin(DhcpState.Selecting);
                Schedule(_stack.Now + TimeSpan.FromSeconds(1));
                Lose();
                break;
        }
    }

    /// <summary>An address that a host can have, for some time, of somebody.</summary>
    private static bool IsUsable(DhcpReply reply) =>
        reply.LeaseTime != 0 && IsHost(reply.Address) && IsHost(reply.Server) && reply.PrefixLength is -1 or (>= 1 and <= 32);

    private static bool IsHost(UInt128 address) => IpAddressBits.IsIpv4(address) && !AddressKinds.IsMartianSource(address) && (uint)address >> 28 < 0xE;

    private void Bind(DhcpReply reply)
    {
        int prefix = reply.PrefixLength > 0 ? reply.PrefixLength : ClassOf(reply.Address);
        var address = new IpPrefix(reply.Address, prefix);
        UInt128 router = reply.Router != 0 && IsHost(reply.Router) && reply.Router != reply.Address ? reply.Router : 0;
        DhcpLease? before = Lease;
        Lease = Timed(reply, new DhcpLease
        {
            Address = address,
            Router = router,
            NameServers = reply.NameServers.FindAll(IsHost),
            Server = reply.Server,
            Until = TimeSpan.MaxValue,
            RenewAt = TimeSpan.MaxValue,
            RebindAt = TimeSpan.MaxValue,
        });
        if (before is null || before.Address != address || before.Router != router)
        {
            Unconfigure(before);
            Configure(Lease);
        }

        State = DhcpState.Bound;
        Schedule(Lease.RenewAt);
        Changed?.Invoke(this);
    }

    /// <summary>From when it was asked for (RFC 2131 4.4.1); T1 and T2 as the server says, if they can be, else after a half and seven eighths (4.4.5).</summary>
    private DhcpLease Timed(DhcpReply reply, DhcpLease lease)
    {
        if (reply.LeaseTime == Forever)
            return lease;
        uint seconds = Math.Max(reply.LeaseTime, ShortestLease);
        bool areSaid = reply.RenewalTime > 0 && reply.RenewalTime < reply.RebindingTime && reply.RebindingTime < seconds;
        return lease with
        {
            RenewAt = _asked + TimeSpan.FromSeconds(areSaid ? reply.RenewalTime : seconds / 2.0),
            RebindAt = _asked + TimeSpan.FromSeconds(areSaid ? reply.RebindingTime : seconds * 7 / 8.0),
            Until = _asked + TimeSpan.FromSeconds(seconds),
        };
    }

    private void Configure(DhcpLease lease)
    {
        _stack.AddAddress(_link.Index, lease.Address, _stack.Now);
        if (lease.Router == 0 || _stack.Routes.List().Any(route => route.Destination == DefaultRoute))
            return;
        _route = new Route { Destination = DefaultRoute, Interface = _link.Index, Gateway = lease.Router };
        _stack.Routes.Add(_route);
    }

    private void Unconfigure(DhcpLease? lease)
    {
        if (lease is null)
            return;
        _stack.DeleteAddress(_link.Index, lease.Address);
        if (_route is not null && _stack.Routes.List().Contains(_route))
            _stack.Routes.Delete(DefaultRoute);
        _route = null;
    }

    private void Lose()
    {
        if (Lease is not { } lease)
            return;
        Lease = null;
        Unconfigure(lease);
        Changed?.Invoke(this);
    }

    private void Schedule(TimeSpan deadline) => Deadline = deadline;

    /// <summary>RFC 2131 4.4.1 leaves it to the client; the classes are what there was before masks.</summary>
    private static int ClassOf(UInt128 address) => ((uint)address >> 28) switch
    {
        < 8 => 8,
        < 12 => 16,
        _ => 24,
    };
}
