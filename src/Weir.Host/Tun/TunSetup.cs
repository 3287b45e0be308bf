using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weir.Host.Iptables;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Netlink.Route.Kinds;

namespace Weir.Host.Tun;

/// <summary>What these lines do, without the tools, and all of them or none:</summary>
/// <remarks>
/// <code>
/// ip tuntap add mode tun user USER name NAME
/// ip addr add ADDRESS/LENGTH dev NAME
/// ip link set dev NAME up
/// ip route change NETWORK/LENGTH dev NAME rto_min 10ms
/// iptables -t nat -A PREROUTING -s NETWORK/LENGTH -j CONNMARK --set-mark MARK
/// iptables -t nat -A POSTROUTING -j MASQUERADE -m connmark --mark MARK
/// </code>
/// </remarks>
public static class TunSetup
{
    private const byte ScopeLink = 253;

    /// <exception cref="LinuxException">The device could not be made; nothing was changed.</exception>
    /// <exception cref="Weir.Netlink.Protocol.NetlinkException">A later step was refused; what was done before it is undone.</exception>
    public static void Add(NetworkNamespace ns, TunSettings settings)
    {
        using var socket = RouteSocket.Open(ns);
        TunDevice.Create(ns, new TunOptions { Name = settings.Name, Mode = settings.Mode, Owner = settings.Owner, MultiQueue = settings.MultiQueue });
        try
        {
            Configure(socket, settings);
            if (settings.NatMark is { } mark)
                TunNat.Add(ns, settings.Name, NetworkOf(settings.Address, settings.PrefixLength), settings.PrefixLength, mark);
        }
        catch
        {
            Delete(ns, settings.Name, settings.Mode, settings.MultiQueue);
            throw;
        }
    }

    /// <summary>The rules for the device go first, then the device, and with it addresses and routes.</summary>
    /// <returns>False when there is no TUN or TAP device of that name.</returns>
    /// <exception cref="LinuxException">EBUSY: a program has the device open.</exception>
    public static bool Delete(NetworkNamespace ns, string name)
    {
        using var socket = RouteSocket.Open(ns);
        if (socket.Links.Get(name)?.ReadKind() is not TunKind kind)
            return false;
        // Opened before anything is changed: a device that is in use stays whole.
        using (TunDevice.Open(ns, OptionsOf(name, kind)))
            TunNat.Delete(ns, name, NetworksOf(socket, socket.Links.Get(name)!.Index));
        Delete(ns, name, kind.Tap ? TunMode.Tap : TunMode.Tun, kind.MultiQueue);
        return true;
    }

    /// <summary>All TUN and TAP devices, in the kernel's order.</summary>
    public static IReadOnlyList<TunEntry> List(NetworkNamespace ns)
    {
        using var socket = RouteSocket.Open(ns);
        var rules = new Lazy<TunNat.Rules>(() => TunNat.Read(ns));
        return
        [
            .. from link in socket.Links.List()
               let kind = link.ReadKind() as TunKind
               where kind is not null
               let addresses = socket.Addresses.List(link.Index)
               select new TunEntry(
                   link.Name,
                   kind,
                   link.Mtu,
                   link.IsUp,
                   [.. addresses.Select(address => $"{address.Address}/{address.PrefixLength}")],
                   rules.Value.MarksOf(link.Name, NetworksOf(addresses))),
        ];
    }

    /// <summary>A user of this host by number or by name; null when there is none of this name.</summary>
    public static uint? FindUser(string user) => uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : HostNames.Read().User(user);

    /// <summary>The address without the bits of its host.</summary>
    public static IPAddress NetworkOf(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (8 * i), 0, 8));
        return new IPAddress(bytes);
    }

    private static void Configure(RouteSocket socket, TunSettings settings)
    {
        var index = socket.Links.Get(settings.Name)!.Index;
        if (settings.Mtu is { } mtu)
            socket.Links.Change(index, new LinkChange { Mtu = mtu });
        socket.Addresses.Add(new LinkAddress { LinkIndex = index, Address = settings.Address, PrefixLength = settings.PrefixLength });
        socket.Links.Change(index, new LinkChange { Up = true });
        if (settings.RtoMin is not { } rto || settings.Address.AddressFamily != AddressFamily.InterNetwork || settings.PrefixLength > 31)
            return;
        // RTAX_LOCK 1, RTAX_RTO_MIN 13: locked, as ip writes it (ip/iproute.c, rto_min).
        socket.Routes.Change(new IpRoute
        {
            Family = AddressFamily.InterNetwork,
            Destination = NetworkOf(settings.Address, settings.PrefixLength),
            DestinationLength = settings.PrefixLength,
            LinkIndex = index,
            Scope = ScopeLink,
            Metrics = new Dictionary<ushort, uint> { [1] = 1u << 13, [13] = (uint)rto.TotalMilliseconds },
        });
    }

    private static void Delete(NetworkNamespace ns, string name, TunMode mode, bool multiQueue) =>
        TunDevice.Delete(ns, new TunOptions { Name = name, Mode = mode, MultiQueue = multiQueue });

    private static TunOptions OptionsOf(string name, TunKind kind) => new()
    {
        Name = name,
        Mode = kind.Tap ? TunMode.Tap : TunMode.Tun,
        MultiQueue = kind.MultiQueue,
        VnetHeader = kind.VnetHeader,
        PacketInformation = kind.PacketInformation,
        Persistent = kind.Persistent,
    };

    private static IReadOnlyList<string> NetworksOf(RouteSocket socket, int index) => NetworksOf(socket.Addresses.List(index));

    private static IReadOnlyList<string> NetworksOf(IEnumerable<LinkAddress> addresses) =>
    [
        .. addresses
            .Where(address => address.Address.AddressFamily == AddressFamily.InterNetwork)
            .Select(address => $"{NetworkOf(address.Address, address.PrefixLength)}/{address.PrefixLength}"),
    ];
}
