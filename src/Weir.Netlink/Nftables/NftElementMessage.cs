using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_elem_list_attributes.</summary>
internal enum ElementListAttribute : ushort
{
    NFTA_SET_ELEM_LIST_TABLE = 1,
    NFTA_SET_ELEM_LIST_SET = 2,
    NFTA_SET_ELEM_LIST_ELEMENTS = 3,
    NFTA_SET_ELEM_LIST_SET_ID = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_set_elem_attributes.</summary>
internal enum ElementAttribute : ushort
{
    NFTA_SET_ELEM_KEY = 1,
    NFTA_SET_ELEM_DATA = 2,
    NFTA_SET_ELEM_FLAGS = 3,
    NFTA_SET_ELEM_TIMEOUT = 4,
    NFTA_SET_ELEM_EXPIRATION = 5,
    NFTA_SET_ELEM_USERDATA = 6,
    NFTA_SET_ELEM_EXPR = 7,
    NFTA_SET_ELEM_OBJREF = 9,
    NFTA_SET_ELEM_KEY_END = 10,
    NFTA_SET_ELEM_EXPRESSIONS = 11,
}

/// <summary>How elements look on the wire: nfgenmsg, TABLE, SET, SET_ID, then ELEMENTS { 1 { KEY, DATA, ... }, 2 { ... } }.</summary>
internal static class NftElementMessage
{
    /// <summary>Enough to find the set.</summary>
    internal static void WriteName(ref NetlinkWriter writer, NftFamily family, string table, string set, uint setId)
    {
        writer.WriteFixed(NftHeader.Of(family));
        writer.WriteString(ElementListAttribute.NFTA_SET_ELEM_LIST_TABLE, table);
        writer.WriteString(ElementListAttribute.NFTA_SET_ELEM_LIST_SET, set);
        writer.WriteUInt32Unless0(ElementListAttribute.NFTA_SET_ELEM_LIST_SET_ID, setId);
    }

    /// <param name="number">Its place in the list, from 1; the kernel does not look at it.</param>
    internal static void Write(ref NetlinkWriter writer, int number, NftElement element)
    {
        var nest = writer.BeginNest(number);
        writer.WriteUInt32Unless0(ElementAttribute.NFTA_SET_ELEM_FLAGS, (uint)element.Flags);
        if (element.Timeout is { } timeout)
            writer.WriteUInt64BigEndian(ElementAttribute.NFTA_SET_ELEM_TIMEOUT, NftTime.ToMilliseconds(timeout));
        if (element.Expiration is { } expiration)
            writer.WriteUInt64BigEndian(ElementAttribute.NFTA_SET_ELEM_EXPIRATION, NftTime.ToMilliseconds(expiration));
        if (!element.Key.IsEmpty)
            NftDataMessage.Write(ref writer, ElementAttribute.NFTA_SET_ELEM_KEY, element.Key);
        if (!element.KeyEnd.IsEmpty)
            NftDataMessage.Write(ref writer, ElementAttribute.NFTA_SET_ELEM_KEY_END, element.KeyEnd);
        if (element.Data is { } data)
            NftDataMessage.Write(ref writer, ElementAttribute.NFTA_SET_ELEM_DATA, data);
        if (!element.UserData.IsEmpty)
            writer.WriteBytes(ElementAttribute.NFTA_SET_ELEM_USERDATA, element.UserData.Span);
        if (element.Object.Length != 0)
            writer.WriteString(ElementAttribute.NFTA_SET_ELEM_OBJREF, element.Object);
        ExpressionMessage.WriteOneOrMore(ref writer, ElementAttribute.NFTA_SET_ELEM_EXPR, ElementAttribute.NFTA_SET_ELEM_EXPRESSIONS, element.Expressions);
        writer.EndNested(nest);
    }

    /// <summary>The elements of one message of a dump.</summary>
    internal static void Read(NetlinkMessage message, NameCache names, List<NftElement> elements)
    {
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            if ((ElementListAttribute)attribute.Type != ElementListAttribute.NFTA_SET_ELEM_LIST_ELEMENTS)
                continue;
            foreach (var element in attribute.Nested)
                elements.Add(Read(element.Nested, names));
        }
    }

    /// <summary>The elements of one notification, with their set.</summary>
    internal static NftElementsEvent ReadEvent(NftEventKind kind, NetlinkMessage message, NameCache names)
    {
        string table = "", set = "";
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            if ((ElementListAttribute)attribute.Type == ElementListAttribute.NFTA_SET_ELEM_LIST_TABLE)
                table = names.Get(attribute.Value);
            else if ((ElementListAttribute)attribute.Type == ElementListAttribute.NFTA_SET_ELEM_LIST_SET)
                set = names.Get(attribute.Value);
        }

        var elements = new List<NftElement>();
        Read(message, names, elements);
        return new NftElementsEvent(kind, message.Header<NftHeader>().Family, table, set, elements);
    }

    private static NftElement Read(NetlinkAttributes attributes, NameCache names)
    {
        NftValue key = default, keyEnd = default, userData = default;
        var flags = NftElementFlags.None;
        NftData? data = null;
        TimeSpan? timeout = null, expiration = null;
        var target = "";
        IReadOnlyList<NftExpression> expressions = [];
        foreach (var attribute in attributes)
        {
            switch ((ElementAttribute)attribute.Type)
            {
                case ElementAttribute.NFTA_SET_ELEM_KEY:
                    key = NftDataMessage.Read(attribute.Nested).Value;
                    break;
                case ElementAttribute.NFTA_SET_ELEM_KEY_END:
                    keyEnd = NftDataMessage.Read(attribute.Nested).Value;
                    break;
                case ElementAttribute.NFTA_SET_ELEM_DATA:
                    data = NftDataMessage.Read(attribute.Nested);
                    break;
                case ElementAttribute.NFTA_SET_ELEM_FLAGS:
                    flags = (NftElementFlags)attribute.UInt32BigEndian();
                    break;
                case ElementAttribute.NFTA_SET_ELEM_TIMEOUT:
                    timeout = NftTime.FromMilliseconds(attribute.UInt64BigEndian());
                    break;
                case ElementAttribute.NFTA_SET_ELEM_EXPIRATION:
                    expiration = NftTime.FromMilliseconds(attribute.UInt64BigEndian());
                    break;
                case ElementAttribute.NFTA_SET_ELEM_USERDATA:
                    userData = attribute.Bytes();
                    break;
                case ElementAttribute.NFTA_SET_ELEM_OBJREF:
                    target = names.Get(attribute.Value);
                    break;
                case ElementAttribute.NFTA_SET_ELEM_EXPR:
                    expressions = [ExpressionMessage.Read(attribute.Nested)];
                    break;
                case ElementAttribute.NFTA_SET_ELEM_EXPRESSIONS:
                    expressions = ExpressionMessage.ReadList(attribute.Nested);
                    break;
            }
        }

        return new NftElement
        {
            Key = key,
            KeyEnd = keyEnd,
            Flags = flags,
            Data = data,
            Timeout = timeout,
            Expiration = expiration,
            UserData = userData,
            Object = target,
            Expressions = expressions,
        };
    }
}
