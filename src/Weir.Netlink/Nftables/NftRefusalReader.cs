using System.Runtime.InteropServices;
using Weir.Linux;
using Weir.Netlink.Nftables.Expressions;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>Turns what the kernel says against a message of a batch into words, by reading that message again.</summary>
internal static class NftRefusalReader
{
    private const int AttributesOffset = NetlinkWriter.HeaderSize + 4;

    internal static NftRefusal Read(NftBatch batch, int index, KernelRefusal refusal)
    {
        var entry = batch[index];
        var message = batch.Message(index);
        var (part, expression, element) = refusal.Offset is { } offset ? Locate(message, offset) : ("", null, null);
        if (element is { } number)
        {
            element = entry.FirstElement + number;
            part = $"element {element}";
        }

        return new NftRefusal
        {
            Entry = index,
            Tag = entry.Tag,
            Operation = Operation(message),
            Errno = refusal.Errno,
            ExtendedAck = refusal.Text,
            Bound = refusal.Bound,
            Offset = refusal.Offset,
            Part = part,
            Expression = expression,
            Element = element,
        };
    }

    /// <summary>The batch as a whole, by its BEGIN.</summary>
    internal static NftRefusal ReadWhole(KernelRefusal refusal) => NftBatchException.Whole(refusal.Errno, refusal.Errno switch
    {
        (int)Errno.ERESTART when refusal.Text.Length == 0 => "someone else changed nf_tables since it was read",
        (int)Errno.EOPNOTSUPP when refusal.Text.Length == 0 => "this kernel lacks nf_tables (CONFIG_NF_TABLES)",
        _ => refusal.Text,
    });

    /// <summary>Marks what an earlier refusal explains. The refusals come in the order of their entries.</summary>
    /// <remarks>
    /// net/netfilter/nf_tables_api.c: nft_table_validate runs for each new rule of a table that needs it and fails for each alike, without an
    /// offset; and what a refused message would have made is ENOENT for the messages that name it.
    /// </remarks>
    internal static void MarkConsequences(NftBatch batch, List<NftRefusal> refusals)
    {
        var failedChecks = new HashSet<(NftFamily, string, int)>();
        var unmade = new HashSet<(NftFamily, string)>();
        for (var i = 0; i < refusals.Count; i++)
        {
            var refusal = refusals[i];
            if (refusal.Entry < 0)
                continue;
            var message = batch.Message(refusal.Entry);
            var (family, table) = Table(message);
            if ((refusal.Offset is null && failedChecks.Contains((family, table, refusal.Errno))) || (refusal.Errno == (int)Errno.ENOENT && unmade.Contains((family, table))))
                refusals[i] = refusal with { IsConsequence = true };
            else if (refusal.Offset is null)
                failedChecks.Add((family, table, refusal.Errno));
            if (Makes(Type(message)))
                unmade.Add((family, table));
        }
    }

    /// <summary><c>add rule ip mangle PREROUTING</c>.</summary>
    internal static string Operation(ReadOnlySpan<byte> message)
    {
        var (verb, noun, names) = Type(message) switch
        {
            NftMessageType.NFT_MSG_NEWTABLE => ("add", "table", 1),
            NftMessageType.NFT_MSG_DELTABLE => ("delete", "table", 1),
            NftMessageType.NFT_MSG_DESTROYTABLE => ("destroy", "table", 1),
            NftMessageType.NFT_MSG_NEWCHAIN => ("add", "chain", 3),
            NftMessageType.NFT_MSG_DELCHAIN => ("delete", "chain", 3),
            NftMessageType.NFT_MSG_DESTROYCHAIN => ("destroy", "chain", 3),
            NftMessageType.NFT_MSG_NEWRULE => (RuleVerb(message), "rule", 2),
            NftMessageType.NFT_MSG_DELRULE => ("delete", "rule", 2),
            NftMessageType.NFT_MSG_DESTROYRULE => ("destroy", "rule", 2),
            NftMessageType.NFT_MSG_NEWSET => ("add", "set", 2),
            NftMessageType.NFT_MSG_DELSET => ("delete", "set", 2),
            NftMessageType.NFT_MSG_DESTROYSET => ("destroy", "set", 2),
            NftMessageType.NFT_MSG_NEWSETELEM => ("add", "element", 2),
            NftMessageType.NFT_MSG_DELSETELEM => ("delete", "element", 2),
            NftMessageType.NFT_MSG_DESTROYSETELEM => ("destroy", "element", 2),
            NftMessageType.NFT_MSG_NEWOBJ => ("add", "object", 2),
            NftMessageType.NFT_MSG_DELOBJ => ("delete", "object", 2),
            NftMessageType.NFT_MSG_DESTROYOBJ => ("destroy", "object", 2),
            NftMessageType.NFT_MSG_NEWFLOWTABLE => ("add", "flowtable", 2),
            NftMessageType.NFT_MSG_DELFLOWTABLE => ("delete", "flowtable", 2),
            NftMessageType.NFT_MSG_DESTROYFLOWTABLE => ("destroy", "flowtable", 2),
            var other => ($"message {(ushort)other:x}", "", 1),
        };
        var (family, table) = Table(message);
        var name = names == 1 ? "" : Text(message, names);
        return string.Join(' ', new[] { verb, noun, family == NftFamily.Unspecified ? "" : family.Word(), table, name }.Where(part => part.Length != 0));
    }

    /// <summary>What stands at an offset: the expression or element it lies in, otherwise the attribute's number.</summary>
    private static (string Part, int? Expression, int? Element) Locate(ReadOnlySpan<byte> message, int offset)
    {
        if (offset < AttributesOffset || offset >= message.Length)
            return ("", null, null);
        var start = AttributesOffset;
        foreach (var attribute in new NetlinkAttributes(message[start..]))
        {
            var next = start + NetlinkWriter.AttributeHeaderSize + NetlinkWriter.Align(attribute.Value.Length);
            if (offset >= next)
            {
                start = next;
                continue;
            }

            return (Type(message), attribute.Type) switch
            {
                (NftMessageType.NFT_MSG_NEWRULE, (ushort)RuleAttribute.NFTA_RULE_EXPRESSIONS) when Position(attribute, start, offset) is { } position =>
                    ($"expression {position} ({Expression(attribute.Nested, position)})", position, null),
                (NftMessageType.NFT_MSG_NEWSETELEM or NftMessageType.NFT_MSG_DELSETELEM or NftMessageType.NFT_MSG_DESTROYSETELEM, (ushort)ElementListAttribute.NFTA_SET_ELEM_LIST_ELEMENTS)
                    when Position(attribute, start, offset) is { } position => ("", null, position),
                _ => (Name(Type(message), attribute.Type), null, null),
            };
        }

        return ("", null, null);
    }

    /// <summary>Which attribute of a list an offset lies in; null: the list's own header.</summary>
    private static int? Position(NetlinkAttribute list, int start, int offset)
    {
        start += NetlinkWriter.AttributeHeaderSize;
        if (offset < start)
            return null;
        var position = 0;
        foreach (var element in list.Nested)
        {
            start += NetlinkWriter.AttributeHeaderSize + NetlinkWriter.Align(element.Value.Length);
            if (offset < start)
                return position;
            position++;
        }

        return null;
    }

    /// <summary>The expression's kind, with an xtables extension's name.</summary>
    private static string Expression(NetlinkAttributes list, int position)
    {
        foreach (var element in list)
        {
            if (position-- != 0)
                continue;
            return ExpressionMessage.Read(element.Nested) switch
            {
                XtMatch match => $"{match.Kind} {match.Name}",
                XtTarget target => $"{target.Kind} {target.Name}",
                var expression => expression.Kind,
            };
        }

        return "";
    }

    /// <summary>The attribute in the tool's words where the kernel often points to it.</summary>
    private static string Name(NftMessageType type, ushort attribute) => (type, attribute) switch
    {
        (_, 1) => "the table's name",
        (NftMessageType.NFT_MSG_NEWCHAIN, (ushort)ChainAttribute.NFTA_CHAIN_HOOK) => "the hook",
        (NftMessageType.NFT_MSG_NEWCHAIN, (ushort)ChainAttribute.NFTA_CHAIN_TYPE) => "the chain's type",
        (NftMessageType.NFT_MSG_NEWCHAIN or NftMessageType.NFT_MSG_DELCHAIN, (ushort)ChainAttribute.NFTA_CHAIN_NAME) => "the chain's name",
        (NftMessageType.NFT_MSG_NEWRULE or NftMessageType.NFT_MSG_DELRULE, (ushort)RuleAttribute.NFTA_RULE_CHAIN) => "the chain's name",
        (NftMessageType.NFT_MSG_NEWRULE or NftMessageType.NFT_MSG_DELRULE, (ushort)RuleAttribute.NFTA_RULE_HANDLE) => "the rule's handle",
        (NftMessageType.NFT_MSG_NEWRULE, (ushort)RuleAttribute.NFTA_RULE_POSITION or (ushort)RuleAttribute.NFTA_RULE_POSITION_ID) => "the rule's position",
        (NftMessageType.NFT_MSG_NEWSET or NftMessageType.NFT_MSG_DELSET or NftMessageType.NFT_MSG_NEWSETELEM or NftMessageType.NFT_MSG_DELSETELEM, 2) => "the set's name",
        (NftMessageType.NFT_MSG_NEWOBJ or NftMessageType.NFT_MSG_DELOBJ, (ushort)ObjectAttribute.NFTA_OBJ_NAME) => "the object's name",
        (NftMessageType.NFT_MSG_NEWOBJ or NftMessageType.NFT_MSG_DELOBJ, (ushort)ObjectAttribute.NFTA_OBJ_TYPE) => "the object's type",
        _ => $"attribute {attribute}",
    };

    private static bool Makes(NftMessageType type) => type is NftMessageType.NFT_MSG_NEWTABLE or NftMessageType.NFT_MSG_NEWCHAIN or NftMessageType.NFT_MSG_NEWSET
        or NftMessageType.NFT_MSG_NEWOBJ or NftMessageType.NFT_MSG_NEWFLOWTABLE;

    private static string RuleVerb(ReadOnlySpan<byte> message)
    {
        var flags = (NewFlags)(MemoryMarshal.Read<ushort>(message[6..]) & 0xf00);
        return (flags & NewFlags.NLM_F_REPLACE) != 0 ? "replace" : (flags & NewFlags.NLM_F_APPEND) != 0 ? "add" : "insert";
    }

    private static NftMessageType Type(ReadOnlySpan<byte> message) => (NftMessageType)MemoryMarshal.Read<ushort>(message[4..]);

    private static (NftFamily Family, string Table) Table(ReadOnlySpan<byte> message) => ((NftFamily)message[NetlinkWriter.HeaderSize], Text(message, (int)TableAttribute.NFTA_TABLE_NAME));

    private static string Text(ReadOnlySpan<byte> message, int type)
    {
        foreach (var attribute in new NetlinkAttributes(message[AttributesOffset..]))
        {
            if (attribute.Type == type)
                return attribute.Text;
        }

        return "";
    }
}
