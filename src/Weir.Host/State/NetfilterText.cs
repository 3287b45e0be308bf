using System.Buffers.Binary;
using System.Text;
using Weir.Linux;

namespace Weir.Host.State;

/// <summary>Tables, chains, rules, sets and elements as <c>nft list ruleset</c> has them; expressions by name and content, without counters and handles.</summary>
/// <remarks>include/uapi/linux/netfilter/nf_tables.h. Both iptables (nf_tables backend) and nft are seen here.</remarks>
internal static class NetfilterText
{
    private const ushort NFT_MSG_GETTABLE = 1, NFT_MSG_GETCHAIN = 4, NFT_MSG_GETRULE = 7, NFT_MSG_GETSET = 10, NFT_MSG_GETSETELEM = 13, NFT_MSG_GETOBJ = 19, NFT_MSG_GETFLOWTABLE = 23;
    private const ushort NFTA_RULE_EXPRESSIONS = 4, NFTA_RULE_USERDATA = 7, NFTA_EXPR_NAME = 1, NFTA_EXPR_DATA = 2;
    private const ushort NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4, NFTA_CHAIN_POLICY = 5, NFTA_CHAIN_TYPE = 7;
    private const ushort NFTA_SET_ELEM_LIST_SET = 2, NFTA_SET_ELEM_LIST_ELEMENTS = 3;
    private static readonly Dictionary<byte, string> Families = new() { [1] = "inet", [2] = "ip", [3] = "arp", [5] = "netdev", [7] = "bridge", [10] = "ip6" };

    // Their content counts what passed.
    private static readonly HashSet<string> Counting = new(StringComparer.Ordinal) { "counter", "last", "quota", "limit", "connlimit" };

    public static IReadOnlyList<string> Read(NetworkNamespace ns)
    {
        using NetfilterSocket socket = new(ns);
        List<string> lines = [];
        foreach ((byte family, byte[] table) in socket.Dump(NFT_MSG_GETTABLE))
            lines.Add($"table {Family(family)} {Text(table, 1)} flags {Number(table, 2)}");
        lines.Sort(StringComparer.Ordinal);
        foreach ((byte family, byte[] chain) in socket.Dump(NFT_MSG_GETCHAIN))
            lines.Add($"chain {Family(family)} {Text(chain, 1)} {Text(chain, NFTA_CHAIN_NAME)}{Hook(chain)}");
        foreach ((byte family, byte[] rule) in socket.Dump(NFT_MSG_GETRULE))
            lines.Add($"rule {Family(family)} {Text(rule, 1)} {Text(rule, 2)}{Expressions(Find(rule, NFTA_RULE_EXPRESSIONS))}{UserData(rule)}");
        foreach ((byte family, byte[] set) in socket.Dump(NFT_MSG_GETSET))
        {
            lines.Add($"set {Family(family)} {Text(set, 1)} {Text(set, 2)} flags {Number(set, 3)} key {Number(set, 5)} data {Number(set, 7)}");
            lines.AddRange(Elements(socket, family, set).Order(StringComparer.Ordinal));
        }

        foreach ((byte family, byte[] item) in socket.Dump(NFT_MSG_GETOBJ))
            lines.Add($"object {Family(family)} {Text(item, 1)} {Text(item, 2)} type {Number(item, 3)}");
        foreach ((byte family, byte[] item) in socket.Dump(NFT_MSG_GETFLOWTABLE))
            lines.Add($"flowtable {Family(family)} {Text(item, 1)} {Text(item, 2)}");
        return lines;
    }

    private static List<string> Elements(NetfilterSocket socket, byte family, byte[] set)
    {
        List<string> lines = [];
        byte[] which = [.. Attribute(1, Find(set, 1)), .. Attribute(NFTA_SET_ELEM_LIST_SET, Find(set, 2))];
        foreach ((_, byte[] list) in socket.Dump(NFT_MSG_GETSETELEM, family, which))
        {
            AttributeReader elements = new(Find(list, NFTA_SET_ELEM_LIST_ELEMENTS));
            while (elements.Next(out _, out ReadOnlySpan<byte> element))
            {
                // Key, data and flags; not time-outs (they run down) and not expressions (they count).
                lines.Add($"element {Family(family)} {Text(set, 1)} {Text(set, 2)} {Hex(Find(element, 1))} : {Hex(Find(element, 2))} flags {Hex(Find(element, 3))}");
            }
        }

        return lines;
    }

    private static string Hook(ReadOnlySpan<byte> chain)
    {
        ReadOnlySpan<byte> hook = Find(chain, NFTA_CHAIN_HOOK);
        if (hook.IsEmpty)
            return "";
        int priority = unchecked((int)Number(hook, 2));
        return $" type {Text(chain, NFTA_CHAIN_TYPE)} hook {Number(hook, 1)} device '{Text(hook, 3)}' priority {priority} policy {(Number(chain, NFTA_CHAIN_POLICY) == 0 ? "drop" : "accept")}";
    }

    private static string Expressions(ReadOnlySpan<byte> list)
    {
        StringBuilder text = new();
        AttributeReader reader = new(list);
        while (reader.Next(out _, out ReadOnlySpan<byte> expression))
        {
            string name = Text(expression, NFTA_EXPR_NAME);
            text.Append($" {name}");
            if (!Counting.Contains(name))
                text.Append($"({Hex(Find(expression, NFTA_EXPR_DATA))})");
        }

        return text.ToString();
    }

    private static string UserData(ReadOnlySpan<byte> rule) => Find(rule, NFTA_RULE_USERDATA) is { IsEmpty: false } data ? $" comment {Hex(data)}" : "";

    private static string Family(byte family) => Families.GetValueOrDefault(family) ?? $"{family}";

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort wanted)
    {
        AttributeReader reader = new(attributes);
        while (reader.Next(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type == wanted)
                return value;
        }

        return default;
    }

    private static string Text(ReadOnlySpan<byte> attributes, ushort type) => Encoding.UTF8.GetString(Find(attributes, type)).TrimEnd('\0');

    private static uint Number(ReadOnlySpan<byte> attributes, ushort type) =>
        Find(attributes, type) is { Length: >= 4 } value ? BinaryPrimitives.ReadUInt32BigEndian(value) : 0;

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        var bytes = new byte[4 + ((value.Length + 3) & ~3)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), type);
        value.CopyTo(bytes.AsSpan(4));
        return bytes;
    }
}
