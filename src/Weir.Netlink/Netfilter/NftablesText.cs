using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Netfilter;

/// <summary>A set's line, and what is needed to ask for its elements.</summary>
internal sealed record SetLine(byte Family, string Table, string Name, string Text, bool IsFilledByPackets);

/// <summary>A rule's line, with its chain to sort by.</summary>
internal sealed record RuleLine(string Chain, string Text);

/// <summary>Messages of nf_tables as lines of text. Numbers inside are big endian; what is not understood is shown as bytes, nothing is left out but what changes by itself.</summary>
internal static class NftablesText
{
    /// <summary>struct nfgenmsg, 4 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte Family;
        public byte Version;
        public ushort Resource;
    }

    internal static string? Table(NetlinkMessage message)
    {
        if (Is(message, NftablesMessage.NFT_MSG_NEWTABLE) is not { } family)
            return null;
        var line = new Line("table", family);
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((TableAttribute)attribute.Type)
            {
                case TableAttribute.NFTA_TABLE_NAME:
                    line.Name = attribute.Text;
                    break;
                case TableAttribute.NFTA_TABLE_FLAGS when attribute.UInt32 != 0:
                    line.Add($"flags {Number(attribute)}");
                    break;
                case TableAttribute.NFTA_TABLE_USERDATA:
                    line.Add($"userdata {Hex(attribute.Value)}");
                    break;
            }
        }

        return line.ToString();
    }

    internal static string? Chain(NetlinkMessage message)
    {
        if (Is(message, NftablesMessage.NFT_MSG_NEWCHAIN) is not { } family)
            return null;
        var line = new Line("chain", family);
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((ChainAttribute)attribute.Type)
            {
                case ChainAttribute.NFTA_CHAIN_TABLE:
                    line.Table = attribute.Text;
                    break;
                case ChainAttribute.NFTA_CHAIN_NAME:
                    line.Name = attribute.Text;
                    break;
                case ChainAttribute.NFTA_CHAIN_TYPE:
                    line.Add($"type {attribute.Text}");
                    break;
                case ChainAttribute.NFTA_CHAIN_HOOK:
                    line.Add(Hook(attribute.Nested));
                    break;
                case ChainAttribute.NFTA_CHAIN_POLICY:
                    line.Add(attribute.UInt32 == 0 ? "policy drop" : "policy accept");
                    break;
                case ChainAttribute.NFTA_CHAIN_FLAGS:
                    line.Add($"flags {Number(attribute)}");
                    break;
                case ChainAttribute.NFTA_CHAIN_USERDATA:
                    line.Add($"userdata {Hex(attribute.Value)}");
                    break;
            }
        }

        return line.ToString();
    }

    internal static RuleLine? Rule(NetlinkMessage message)
    {
        if (Is(message, NftablesMessage.NFT_MSG_NEWRULE) is not { } family)
            return null;
        var line = new Line("rule", family);
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((NftRuleAttribute)attribute.Type)
            {
                case NftRuleAttribute.NFTA_RULE_TABLE:
                    line.Table = attribute.Text;
                    break;
                case NftRuleAttribute.NFTA_RULE_CHAIN:
                    line.Name = attribute.Text;
                    break;
                case NftRuleAttribute.NFTA_RULE_EXPRESSIONS:
                    foreach (var expression in attribute.Nested)
                        line.Add(Expression(expression.Nested));
                    break;
                case NftRuleAttribute.NFTA_RULE_COMPAT:
                    line.Add($"compat {Attributes(attribute.Nested)}");
                    break;
                case NftRuleAttribute.NFTA_RULE_USERDATA:
                    line.Add($"userdata {Hex(attribute.Value)}");
                    break;
            }
        }

        return new RuleLine(line.Head, line.ToString());
    }

    internal static SetLine? Set(NetlinkMessage message)
    {
        if (Is(message, NftablesMessage.NFT_MSG_NEWSET) is not { } family)
            return null;
        var line = new Line("set", family);
        var flags = SetFlags.None;
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((SetAttribute)attribute.Type)
            {
                case SetAttribute.NFTA_SET_TABLE:
                    line.Table = attribute.Text;
                    break;
                case SetAttribute.NFTA_SET_NAME:
                    line.Name = attribute.Text;
                    break;
                case SetAttribute.NFTA_SET_FLAGS:
                    flags = (SetFlags)Number(attribute);
                    line.Add($"flags {(uint)flags}");
                    break;
                case SetAttribute.NFTA_SET_KEY_TYPE or SetAttribute.NFTA_SET_KEY_LEN or SetAttribute.NFTA_SET_DATA_TYPE or SetAttribute.NFTA_SET_DATA_LEN
                    or SetAttribute.NFTA_SET_POLICY or SetAttribute.NFTA_SET_DESC or SetAttribute.NFTA_SET_TIMEOUT or SetAttribute.NFTA_SET_GC_INTERVAL
                    or SetAttribute.NFTA_SET_USERDATA or SetAttribute.NFTA_SET_OBJ_TYPE:
                    line.Add($"{Key((SetAttribute)attribute.Type)} {Hex(attribute.Value)}");
                    break;
            }
        }

        return new SetLine(family, line.Table, line.Name, line.ToString(), (flags & (SetFlags.NFT_SET_EVAL | SetFlags.NFT_SET_TIMEOUT)) != 0);
    }

    internal static List<string> Elements(NetlinkMessage message)
    {
        var lines = new List<string>();
        if (Is(message, NftablesMessage.NFT_MSG_NEWSETELEM) is not { } family)
            return lines;
        string table = "", set = "";
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((ElementListAttribute)attribute.Type)
            {
                case ElementListAttribute.NFTA_SET_ELEM_LIST_TABLE:
                    table = attribute.Text;
                    break;
                case ElementListAttribute.NFTA_SET_ELEM_LIST_SET:
                    set = attribute.Text;
                    break;
                case ElementListAttribute.NFTA_SET_ELEM_LIST_ELEMENTS:
                    foreach (var element in attribute.Nested)
                        lines.Add(new Line("element", family) { Table = table, Name = set }.Add(Element(element.Nested)).ToString());
                    break;
            }
        }

        return lines;
    }

    internal static string? Object(NetlinkMessage message)
    {
        const uint counter = 1, quota = 2;
        if (Is(message, NftablesMessage.NFT_MSG_NEWOBJ) is not { } family)
            return null;
        var line = new Line("object", family);
        var type = 0u;
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((ObjectAttribute)attribute.Type)
            {
                case ObjectAttribute.NFTA_OBJ_TABLE:
                    line.Table = attribute.Text;
                    break;
                case ObjectAttribute.NFTA_OBJ_NAME:
                    line.Name = attribute.Text;
                    break;
                case ObjectAttribute.NFTA_OBJ_TYPE:
                    type = Number(attribute);
                    line.Add($"type {type}");
                    break;
                case ObjectAttribute.NFTA_OBJ_DATA when type == quota:
                    line.Add(Attributes(attribute.Nested, (ushort)QuotaAttribute.NFTA_QUOTA_CONSUMED));
                    break;
                case ObjectAttribute.NFTA_OBJ_DATA when type != counter:
                    line.Add(Hex(attribute.Value));
                    break;
            }
        }

        return line.ToString();
    }

    internal static string? FlowTable(NetlinkMessage message)
    {
        if (Is(message, NftablesMessage.NFT_MSG_NEWFLOWTABLE) is not { } family)
            return null;
        var line = new Line("flowtable", family);
        foreach (var attribute in message.Attributes<Header>())
        {
            switch ((FlowTableAttribute)attribute.Type)
            {
                case FlowTableAttribute.NFTA_FLOWTABLE_TABLE:
                    line.Table = attribute.Text;
                    break;
                case FlowTableAttribute.NFTA_FLOWTABLE_NAME:
                    line.Name = attribute.Text;
                    break;
                case FlowTableAttribute.NFTA_FLOWTABLE_HOOK:
                    line.Add(Hex(attribute.Value));
                    break;
                case FlowTableAttribute.NFTA_FLOWTABLE_FLAGS:
                    line.Add($"flags {Number(attribute)}");
                    break;
            }
        }

        return line.ToString();
    }

    private static byte? Is(NetlinkMessage message, NftablesMessage type) =>
        (ushort)message.Type == (ushort)type ? message.Header<Header>().Family : null;

    private static string Hook(NetlinkAttributes attributes)
    {
        var text = new StringBuilder("hook");
        foreach (var attribute in attributes)
        {
            switch ((HookAttribute)attribute.Type)
            {
                case HookAttribute.NFTA_HOOK_HOOKNUM:
                    text.Append($" {Number(attribute)}");
                    break;
                case HookAttribute.NFTA_HOOK_PRIORITY:
                    text.Append($" priority {(int)Number(attribute)}");
                    break;
                case HookAttribute.NFTA_HOOK_DEV:
                    text.Append($" device {attribute.Text}");
                    break;
                case HookAttribute.NFTA_HOOK_DEVS:
                    foreach (var device in attribute.Nested)
                        text.Append($" device {device.Text}");
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary><c>[ meta 1=00000008 2=00000010 ]</c>. A counter's and a last's data are all state; a quota's is in part.</summary>
    private static string Expression(NetlinkAttributes attributes)
    {
        string name = "", data = "";
        foreach (var attribute in attributes)
        {
            switch ((ExpressionAttribute)attribute.Type)
            {
                case ExpressionAttribute.NFTA_EXPR_NAME:
                    name = attribute.Text;
                    break;
                case ExpressionAttribute.NFTA_EXPR_DATA:
                    data = name switch
                    {
                        "counter" or "last" => "",
                        "quota" => Attributes(attribute.Nested, (ushort)QuotaAttribute.NFTA_QUOTA_CONSUMED),
                        _ => Attributes(attribute.Nested),
                    };
                    break;
            }
        }

        return data.Length == 0 ? $"[ {name} ]" : $"[ {name} {data} ]";
    }

    private static string Element(NetlinkAttributes attributes)
    {
        var text = new StringBuilder();
        foreach (var attribute in attributes)
        {
            var part = (ElementAttribute)attribute.Type switch
            {
                ElementAttribute.NFTA_SET_ELEM_KEY => $"key {Hex(attribute.Value)}",
                ElementAttribute.NFTA_SET_ELEM_KEY_END => $"to {Hex(attribute.Value)}",
                ElementAttribute.NFTA_SET_ELEM_DATA => $"data {Hex(attribute.Value)}",
                ElementAttribute.NFTA_SET_ELEM_FLAGS => $"flags {Number(attribute)}",
                ElementAttribute.NFTA_SET_ELEM_TIMEOUT => $"timeout {Hex(attribute.Value)}",
                ElementAttribute.NFTA_SET_ELEM_USERDATA => $"userdata {Hex(attribute.Value)}",
                ElementAttribute.NFTA_SET_ELEM_OBJREF => $"object {attribute.Text}",
                _ => "",
            };
            if (part.Length != 0)
                text.Append(text.Length == 0 ? "" : " ").Append(part);
        }

        return text.ToString();
    }

    private static string Attributes(NetlinkAttributes attributes, ushort except = 0)
    {
        var parts = new List<string>();
        foreach (var attribute in attributes)
        {
            if (attribute.Type != except)
                parts.Add($"{attribute.Type}={Hex(attribute.Value)}");
        }

        return string.Join(' ', parts);
    }

    private static string Key(SetAttribute attribute) => attribute switch
    {
        SetAttribute.NFTA_SET_KEY_TYPE => "key",
        SetAttribute.NFTA_SET_KEY_LEN => "keylength",
        SetAttribute.NFTA_SET_DATA_TYPE => "data",
        SetAttribute.NFTA_SET_DATA_LEN => "datalength",
        SetAttribute.NFTA_SET_POLICY => "policy",
        SetAttribute.NFTA_SET_DESC => "description",
        SetAttribute.NFTA_SET_TIMEOUT => "timeout",
        SetAttribute.NFTA_SET_GC_INTERVAL => "gc",
        SetAttribute.NFTA_SET_OBJ_TYPE => "objects",
        _ => "userdata",
    };

    private static uint Number(NetlinkAttribute attribute) => BinaryPrimitives.ReverseEndianness(attribute.UInt32);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Family(byte family) => family switch
    {
        1 => "inet",
        2 => "ip",
        3 => "arp",
        5 => "netdev",
        7 => "bridge",
        10 => "ip6",
        _ => $"{family}",
    };

    /// <summary>KIND FAMILY TABLE NAME, then the rest.</summary>
    private sealed class Line(string kind, byte family)
    {
        private readonly StringBuilder _rest = new();

        internal string Table { get; set; } = "";

        internal string Name { get; set; } = "";

        internal string Head => string.Join(' ', new[] { kind, Family(family), Table, Name }.Where(part => part.Length != 0));

        internal Line Add(string part)
        {
            _rest.Append(' ').Append(part);
            return this;
        }

        public override string ToString() => Head + _rest;
    }
}
