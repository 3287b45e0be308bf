using System.Diagnostics;
using Weir.Packets;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Dhcp;
using Weir.TcpIp.Neighbors;

namespace Weir.TcpIp.Ip;

/// <summary>One of a stack's interfaces: a device, the addresses that are ours there, and its neighbors.</summary>
public sealed class StackInterface
{
    private readonly byte[] _scratch;
    private InterfaceAddress[] _addresses = [];

    internal StackInterface(NetworkStack stack, int index, IDevice device, InterfaceOptions options, Func<uint> random, byte[] scratch)
    {
        Stack = stack;
        Index = index;
        Device = device;
        Options = options;
        Mac = options.Mac;
        Medium = device.Capabilities.Medium;
        Mtu = device.Capabilities.Mtu;
        HeaderSize = Medium == DeviceMedium.Ethernet ? EthernetHeader.Size : 0;
        Neighbors = new NeighborTable(this, random);
        Reports = options.ListenerReports && HeaderSize != 0 ? new ListenerReports(this, random) : null;
        _scratch = scratch;
    }

    /// <summary>What AddInterface returned.</summary>
    public int Index { get; }

    public InterfaceOptions Options { get; }

    public DeviceMedium Medium { get; }

    public MacAddress Mac { get; }

    /// <summary>Bytes of the largest IP packet.</summary>
    public int Mtu { get; }

    /// <summary>Own addresses that are in use: without those still being asked for, and those that another one has.</summary>
    public IReadOnlyList<IpPrefix> Addresses => [.. _addresses.Where(address => address.State == AddressState.Preferred).Select(address => address.Prefix)];

    /// <summary>Packets that came in, before anything was judged.</summary>
    public long Received { get; internal set; }

    /// <summary>Packets that were given to the device; frames of ARP and neighbor discovery are not counted.</summary>
    public long Sent { get; internal set; }

    internal NetworkStack Stack { get; }

    internal IDevice Device { get; }

    internal NeighborTable Neighbors { get; }

    /// <summary>Null: addresses are set by hand alone.</summary>
    internal DhcpClient? Dhcp { get; set; }

    /// <summary>Null: nobody is told of groups.</summary>
    internal ListenerReports? Reports { get; }

    /// <summary>The groups that this interface listens to because of its addresses, for reports: each once.</summary>
    internal IEnumerable<UInt128> Groups => _addresses.Where(own => !own.Prefix.IsIpv4 && own.State != AddressState.Duplicate).Select(own => AddressKinds.SolicitedNode(own.Prefix.Address)).Distinct();

    /// <summary>The stack's, for a frame that is copied from there.</summary>
    internal Span<byte> Scratch => _scratch;

    /// <summary>Bytes in front of the IP header.</summary>
    internal int HeaderSize { get; }

    internal ReadOnlySpan<InterfaceAddress> AddressList => _addresses;

    /// <summary>A neighbor's state and Ethernet address, as <c>ip neighbor</c> shows them; null: not known.</summary>
    public (NeighborState State, MacAddress Mac)? FindNeighbor(UInt128 address) =>
        Neighbors.Find(address) is { } neighbor ? (neighbor.State, neighbor.Mac) : null;

    internal void AddAddress(IpPrefix prefix, TimeSpan now)
    {
        bool tentative = Options.DetectDuplicates && !prefix.IsIpv4 && Medium == DeviceMedium.Ethernet;
        var address = new InterfaceAddress(prefix) { State = tentative ? AddressState.Tentative : AddressState.Preferred };
        _addresses = [.. _addresses, address];

        // RFC 4862 5.4.2: the group first, or a switch may keep the answers of those who have the address.
        if (!prefix.IsIpv4)
            Reports?.Joined(AddressKinds.SolicitedNode(prefix.Address), now);
        if (tentative)
        {
            address.Deadline = now + InterfaceAddress.DetectionTime;
            Solicitations.AskForDuplicate(this, prefix.Address);
        }
    }

    internal bool DeleteAddress(IpPrefix prefix)
    {
        int before = _addresses.Length;
        _addresses = [.. _addresses.Where(own => own.Prefix != prefix)];
        return _addresses.Length < before;
    }

    internal bool Owns(UInt128 address)
    {
        foreach (InterfaceAddress own in _addresses)
        {
            if (own.Prefix.Address == address)
                return own.State == AddressState.Preferred;
        }

        return false;
    }

    internal bool IsTentative(UInt128 address) => Array.Exists(_addresses, own => own.Prefix.Address == address && own.State == AddressState.Tentative);

    /// <summary>Another one has the address that we wanted: it is never used.</summary>
    internal void Duplicate(UInt128 address)
    {
        foreach (InterfaceAddress own in _addresses)
        {
            if (own.Prefix.Address == address)
                own.State = AddressState.Duplicate;
        }

        Stack.AddressesChanged();
    }

    /// <summary>Whether a multicast address is listened to: all hosts, and what neighbor discovery needs. Groups are not joined otherwise.</summary>
    internal bool IsMember(UInt128 group)
    {
        if (group == AddressKinds.AllHosts || group == AddressKinds.AllNodes)
            return true;
        foreach (InterfaceAddress own in _addresses)
        {
            if (!own.Prefix.IsIpv4 && own.State != AddressState.Duplicate && AddressKinds.SolicitedNode(own.Prefix.Address) == group)
                return true;
        }

        return false;
    }

    internal bool IsBroadcast(UInt128 address)
    {
        if (address == AddressKinds.LimitedBroadcast)
            return true;
        foreach (InterfaceAddress own in _addresses)
        {
            if (own.Prefix.IsIpv4 && own.Prefix.Broadcast == address)
                return true;
        }

        return false;
    }

    /// <summary>The best of this interface's addresses to reach another from (RFC 6724 5, rules 1, 2 and 8); 0: it has none of that family.</summary>
    internal UInt128 ChooseSource(UInt128 destination)
    {
        UInt128 best = 0;
        (bool Same, bool Scope, int Common) bestScore = default;
        foreach (InterfaceAddress own in _addresses)
        {
            UInt128 address = own.Prefix.Address;
            if (own.State != AddressState.Preferred || IpAddressBits.IsIpv4(address) != IpAddressBits.IsIpv4(destination))
                continue;
            int common = Math.Min((int)UInt128.LeadingZeroCount(address ^ destination), own.Prefix.FullLength);
            var score = (address == destination, AddressKinds.IsLinkLocal(address) == AddressKinds.IsLinkLocal(destination), common);
            if (best == 0 || score.CompareTo(bestScore) > 0)
                (best, bestScore) = (address, score);
        }

        return best;
    }

    /// <summary>Room for an IP packet of <paramref name="length"/> bytes; write it and call <see cref="Send"/>. Empty: the device has none now.</summary>
    internal Span<byte> Begin(in NextHop hop, int length)
    {
        if (hop.Neighbor is { HasMac: false })
            return _scratch.AsSpan(HeaderSize, length);
        Span<byte> buffer = Device.Rent(HeaderSize + length);
        return buffer.IsEmpty ? default : buffer[HeaderSize..];
    }

    /// <summary>Sends what was written into the buffer of <see cref="Begin"/>, which had this length, or lets it wait for the neighbor.</summary>
    internal void Send(in NextHop hop, int length, PacketOffload offload)
    {
        Sent++;
        if (HeaderSize == 0)
        {
            Device.Send(length, offload);
            return;
        }

        if (offload.TransportOffset != 0)
            offload = offload with { TransportOffset = (ushort)(offload.TransportOffset + HeaderSize) };
        if (hop.Neighbor is { HasMac: false } unknown)
        {
            Span<byte> waiting = _scratch.AsSpan(0, HeaderSize + length);
            WriteHeader(default, waiting);
            Neighbors.Wait(unknown, waiting, offload, hop.IsForwarded, Stack.Now);
            return;
        }

        MacAddress to = hop.GroupMac;
        if (hop.Neighbor is { } neighbor)
        {
            to = neighbor.Mac;
            if (neighbor.State != NeighborState.Reachable)
                Neighbors.Use(neighbor, Stack.Now);
        }

        // The same memory again, see IDevice.Rent: a span can't be kept between the two calls.
        Span<byte> frame = Device.Rent(HeaderSize + length);
        WriteHeader(to, frame);
        Device.Send(frame.Length, offload);
    }

    /// <summary>Sends a frame that is whole but for the Ethernet destination.</summary>
    internal void SendFrame(MacAddress to, ReadOnlySpan<byte> frame, in PacketOffload offload)
    {
        Span<byte> buffer = Device.Rent(frame.Length);
        if (buffer.IsEmpty)
        {
            Stack.Drop(IpDropReason.DeviceFull);
            return;
        }

        frame.CopyTo(buffer);
        to.WriteTo(buffer);
        Device.Send(frame.Length, offload);
    }

    internal void Expire(TimeSpan now)
    {
        Neighbors.Expire(now);
        Reports?.Expire(now);
        Dhcp?.Expire(now);
        foreach (InterfaceAddress own in _addresses)
        {
            if (own.State == AddressState.Tentative && own.Deadline <= now)
            {
                own.State = AddressState.Preferred;
                Stack.AddressesChanged();
            }
        }
    }

    internal TimeSpan NextDeadline
    {
        get
        {
            TimeSpan next = Neighbors.NextDeadline;
            if (Reports is { } reports && reports.NextDeadline < next)
                next = reports.NextDeadline;
            if (Dhcp is { } dhcp && dhcp.Deadline < next)
                next = dhcp.Deadline;
            foreach (InterfaceAddress own in _addresses)
            {
                if (own.State == AddressState.Tentative && own.Deadline < next)
                    next = own.Deadline;
            }

            return next;
        }
    }

    private void WriteHeader(MacAddress to, Span<byte> frame)
    {
        Debug.Assert(HeaderSize == EthernetHeader.Size, "only Ethernet has a header");
        ushort type = frame[EthernetHeader.Size] >> 4 == 4 ? EtherType.ETH_P_IP : EtherType.ETH_P_IPV6;
        new EthernetHeader(to, Mac, type).WriteTo(frame);
    }
}
