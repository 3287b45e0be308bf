using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Linux;

/// <summary>What <c>ethtool(8)</c> shows and switches of a link, by ioctl SIOCETHTOOL (include/uapi/linux/ethtool.h).</summary>
public static class Ethtool
{
    /// <summary>include/uapi/linux/ethtool.h, the commands.</summary>
    private enum Command : uint
    {
        ETHTOOL_GDRVINFO = 0x03,
        ETHTOOL_GSTRINGS = 0x1b,
        ETHTOOL_GSTATS = 0x1d,
        ETHTOOL_GSSET_INFO = 0x37,
        ETHTOOL_GFEATURES = 0x3a,
        ETHTOOL_SFEATURES = 0x3b,
    }

    /// <summary>include/uapi/linux/ethtool.h, enum ethtool_stringset.</summary>
    private enum StringSet : uint
    {
        ETH_SS_STATS = 1,
        ETH_SS_FEATURES = 4,
    }

    private const int StringLength = 32;

    /// <summary>The kernel writes as many entries as the link has at that moment, whatever was asked: room for queues that came since.</summary>
    private const int Spare = 1024;

    /// <summary>The index of a veth's other end, in that end's namespace (<c>ethtool -S</c>, peer_ifindex).</summary>
    /// <exception cref="LinuxException">ENODEV: no such link; EOPNOTSUPP: it is not a veth.</exception>
    public static int PeerIndex(NetworkNamespace ns, string link)
    {
        foreach (var (name, value) in Statistics(ns, link))
        {
            if (name == "peer_ifindex")
                return (int)value;
        }

        throw new LinuxException(Operation("read peer_ifindex of", ns, link), (int)Errno.EOPNOTSUPP, "the link is not a veth");
    }

    /// <summary>The driver's own counters, in its order (<c>ethtool -S</c>); empty when it has none.</summary>
    /// <exception cref="LinuxException">ENODEV: no such link.</exception>
    public static IReadOnlyList<KeyValuePair<string, ulong>> Statistics(NetworkNamespace ns, string link)
    {
        using var socket = OpenSocket(ns);
        var names = Strings(socket, ns, link, StringSet.ETH_SS_STATS);
        if (names.Count == 0)
            return [];

        // struct ethtool_stats: cmd, n_stats, then a u64 for each.
        var stats = new byte[8 + (8 * (names.Count + Spare))];
        MemoryMarshal.Write(stats.AsSpan(4), names.Count);
        Call(socket, link, Command.ETHTOOL_GSTATS, stats, Operation("read statistics of", ns, link));
        return [.. names.Select((name, i) => KeyValuePair.Create(name, MemoryMarshal.Read<ulong>(stats.AsSpan(8 + (8 * i)))))];
    }

    /// <summary>All features that the driver lists, by name, and whether each is on (<c>ethtool -k</c>).</summary>
    public static IReadOnlyDictionary<string, bool> Features(NetworkNamespace ns, string link)
    {
        using var socket = OpenSocket(ns);
        var names = Strings(socket, ns, link, StringSet.ETH_SS_FEATURES);
        var blocks = (names.Count + 31) / 32;

        // struct ethtool_gfeatures: cmd, size in blocks of 32, then per block u32 available, requested, active, never_changed.
        var reply = new byte[8 + (16 * blocks)];
        MemoryMarshal.Write(reply.AsSpan(4), blocks);
        Call(socket, link, Command.ETHTOOL_GFEATURES, reply, Operation("read features of", ns, link));

        var features = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Length != 0)
                features[names[i]] = (MemoryMarshal.Read<uint>(reply.AsSpan(8 + (16 * (i / 32)) + 8)) >> (i % 32) & 1) != 0;
        }

        return features;
    }

    /// <summary>Switches features by name (<c>ethtool -K</c>), for instance <c>tx-checksum-ip-generic</c>.</summary>
    /// <remarks>The kernel also switches off what depends on a feature that goes (TSO without checksums); read <see cref="Features"/> to see.</remarks>
    /// <exception cref="LinuxException">EOPNOTSUPP: this kernel does not know a name, or the link can't change it.</exception>
    public static void SetFeatures(NetworkNamespace ns, string link, IReadOnlyDictionary<string, bool> features)
    {
        const int unsupported = 1;
        using var socket = OpenSocket(ns);
        var names = Strings(socket, ns, link, StringSet.ETH_SS_FEATURES);
        var blocks = (names.Count + 31) / 32;

        // struct ethtool_sfeatures: cmd, size in blocks of 32, then per block u32 valid, requested.
        var request = new byte[8 + (8 * blocks)];
        MemoryMarshal.Write(request.AsSpan(4), blocks);
        foreach (var (name, on) in features)
        {
            var bit = names.IndexOf(name);
            if (bit < 0)
                throw new LinuxException(Operation($"switch {name} of", ns, link), (int)Errno.EOPNOTSUPP, "this kernel knows no such feature; ethtool -k lists them");
            SetBit(request.AsSpan(8 + (8 * (bit / 32))), bit % 32);
            if (on)
                SetBit(request.AsSpan(8 + (8 * (bit / 32)) + 4), bit % 32);
        }

        var operation = Operation($"switch {string.Join(", ", features.Keys)} of", ns, link);
        if ((Call(socket, link, Command.ETHTOOL_SFEATURES, request, operation) & unsupported) != 0)
            throw new LinuxException(operation, (int)Errno.EOPNOTSUPP, "the link can't change at least one of them");
    }

    /// <summary>The driver's name: <c>veth</c>, <c>bridge</c>, <c>tun</c>, <c>virtio_net</c>.</summary>
    public static string Driver(NetworkNamespace ns, string link)
    {
        // struct ethtool_drvinfo: cmd, then driver[32], version[32], fw_version[32], bus_info[32], ...
        var reply = new byte[196];
        using var socket = OpenSocket(ns);
        Call(socket, link, Command.ETHTOOL_GDRVINFO, reply, Operation("read the driver of", ns, link));
        return Text(reply.AsSpan(4, 32));
    }

    private static LinuxSocket OpenSocket(NetworkNamespace ns)
    {
        const int inet = 2;
        const int datagram = 2;
        return LinuxSocket.Open(ns, inet, datagram, 0);
    }

    private static List<string> Strings(LinuxSocket socket, NetworkNamespace ns, string link, StringSet set)
    {
        var operation = Operation("read names of", ns, link);

        // struct ethtool_sset_info: cmd, reserved, u64 mask of sets, then a u32 count for each set that the kernel kept in the mask.
        var info = new byte[20];
        MemoryMarshal.Write(info.AsSpan(8), 1UL << (int)set);
        Call(socket, link, Command.ETHTOOL_GSSET_INFO, info, operation);
        if (MemoryMarshal.Read<ulong>(info.AsSpan(8)) == 0)
            return [];
        var count = MemoryMarshal.Read<int>(info.AsSpan(16));

        // struct ethtool_gstrings: cmd, string_set, len, then 32 bytes for each.
        var strings = new byte[12 + (StringLength * (count + Spare))];
        MemoryMarshal.Write(strings.AsSpan(4), (uint)set);
        MemoryMarshal.Write(strings.AsSpan(8), count);
        Call(socket, link, Command.ETHTOOL_GSTRINGS, strings, operation);

        var names = new List<string>(count);
        for (var i = 0; i < count; i++)
            names.Add(Text(strings.AsSpan(12 + (StringLength * i), StringLength)));
        return names;
    }

    /// <summary>struct ifreq: the link's name in 16 bytes, then the pointer to the ethtool structure.</summary>
    private static unsafe int Call(LinuxSocket socket, string link, Command command, Span<byte> structure, string operation)
    {
        const nuint siocEthtool = 0x8946;
        MemoryMarshal.Write(structure, (uint)command);
        var request = stackalloc byte[40];
        var name = new Span<byte>(request, 40);
        name.Clear();
        if (Encoding.UTF8.GetByteCount(link) > 15)
            throw new LinuxException(operation, (int)Errno.ENODEV, "a link's name has at most 15 characters");
        Encoding.UTF8.GetBytes(link, name[..15]);
        fixed (byte* data = structure)
        {
            *(byte**)(request + 16) = data;
            return socket.Control(siocEthtool, request, operation);
        }
    }

    private static void SetBit(Span<byte> word, int bit) => MemoryMarshal.Write(word, MemoryMarshal.Read<uint>(word) | (1u << bit));

    private static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static string Operation(string verb, NetworkNamespace ns, string link) => $"{verb} {link} in {ns.Name}";
}
