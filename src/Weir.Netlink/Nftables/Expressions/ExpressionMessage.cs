using System.Text;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_expr_attributes.</summary>
internal enum ExpressionAttribute : ushort
{
    NFTA_EXPR_NAME = 1,
    NFTA_EXPR_DATA = 2,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_list_attributes.</summary>
internal enum ListAttribute : ushort
{
    NFTA_LIST_ELEM = 1,
}

/// <summary>How expressions look on the wire: a list of NFTA_LIST_ELEM { NAME, DATA { ... } }.</summary>
internal static class ExpressionMessage
{
    /// <summary>Longer names are not the kernel's (NFT_NAME_MAXLEN is for objects; expressions have short names).</summary>
    private const int LongestName = 32;

    /// <summary>Expressions may hold expressions (dynset); no kernel nests them deeper, a liar must not end the stack.</summary>
    private const int DeepestNest = 4;

    [ThreadStatic]
    private static int depth;

    internal static void WriteList<TAttribute>(ref NetlinkWriter writer, TAttribute type, IReadOnlyList<NftExpression> expressions)
        where TAttribute : unmanaged, Enum
    {
        var list = writer.BeginNest(type);
        for (var i = 0; i < expressions.Count; i++)
            WriteOne(ref writer, ListAttribute.NFTA_LIST_ELEM, expressions[i]);
        writer.EndNested(list);
    }

    /// <summary>One expression goes under an attribute of its own, more make a list: older kernels know only the first form.</summary>
    internal static void WriteOneOrMore<TAttribute>(ref NetlinkWriter writer, TAttribute one, TAttribute more, IReadOnlyList<NftExpression> expressions)
        where TAttribute : unmanaged, Enum
    {
        if (expressions.Count == 1)
            WriteOne(ref writer, one, expressions[0]);
        else if (expressions.Count > 1)
            WriteList(ref writer, more, expressions);
    }

    internal static List<NftExpression> ReadList(NetlinkAttributes list)
    {
        var count = 0;
        foreach (var element in list)
            count++;
        var expressions = new List<NftExpression>(count);
        foreach (var element in list)
            expressions.Add(Read(element.Nested));
        return expressions;
    }

    internal static NftExpression Read(NetlinkAttributes attributes)
    {
        ReadOnlySpan<byte> name = default, data = default;
        var hasData = false;
        foreach (var attribute in attributes)
        {
            switch ((ExpressionAttribute)attribute.Type)
            {
                case ExpressionAttribute.NFTA_EXPR_NAME:
                    name = attribute.Value;
                    break;
                case ExpressionAttribute.NFTA_EXPR_DATA:
                    data = attribute.Value;
                    hasData = true;
                    break;
            }
        }

        return ReadKnown(name, data) ?? new UnknownExpression(Text(name), hasData ? NftValue.Create(data) : (NftValue?)null);
    }

    /// <summary>Reads the data of an object, which has the attributes of the expression of that name.</summary>
    internal static NftExpression? ReadData(string name, ReadOnlySpan<byte> data) => ReadKnown(name, new ExpressionData(data));

    private static void WriteOne<TAttribute>(ref NetlinkWriter writer, TAttribute type, NftExpression expression)
        where TAttribute : unmanaged, Enum
    {
        var element = writer.BeginNest(type);
        writer.WriteString(ExpressionAttribute.NFTA_EXPR_NAME, expression.Kind);
        if (expression.HasData)
        {
            var data = writer.BeginNest(ExpressionAttribute.NFTA_EXPR_DATA);
            expression.WriteData(ref writer);
            writer.EndNested(data);
        }

        writer.EndNested(element);
    }

    private static NftExpression? ReadKnown(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        var end = name.IndexOf((byte)0);
        if (end >= 0)
            name = name[..end];
        if (name.Length > LongestName || depth >= DeepestNest)
            return null;
        Span<char> text = stackalloc char[LongestName];
        var length = Encoding.UTF8.GetChars(name, text);
        depth++;
        try
        {
            return ReadKnown(text[..length], new ExpressionData(data));
        }
        finally
        {
            depth--;
        }
    }

    private static NftExpression? ReadKnown(ReadOnlySpan<char> name, ExpressionData data) => name switch
    {
        BitwiseExpression.KernelName => BitwiseExpression.Read(data),
        ByteorderExpression.KernelName => ByteorderExpression.Read(data),
        CmpExpression.KernelName => CmpExpression.Read(data),
        ConnlimitExpression.KernelName => ConnlimitExpression.Read(data),
        CounterExpression.KernelName => CounterExpression.Read(data),
        CtExpression.KernelName => CtExpression.Read(data),
        DupExpression.KernelName => DupExpression.Read(data),
        DynsetExpression.KernelName => DynsetExpression.Read(data),
        ExthdrExpression.KernelName => ExthdrExpression.Read(data),
        FibExpression.KernelName => FibExpression.Read(data),
        FlowOffloadExpression.KernelName => FlowOffloadExpression.Read(data),
        FwdExpression.KernelName => FwdExpression.Read(data),
        HashExpression.KernelName => HashExpression.Read(data),
        ImmediateExpression.KernelName => ImmediateExpression.Read(data),
        LastExpression.KernelName => LastExpression.Read(data),
        LimitExpression.KernelName => LimitExpression.Read(data),
        LogExpression.KernelName => LogExpression.Read(data),
        LookupExpression.KernelName => LookupExpression.Read(data),
        MasqExpression.KernelName => MasqExpression.Read(data),
        MetaExpression.KernelName => MetaExpression.Read(data),
        NatExpression.KernelName => NatExpression.Read(data),
        NotrackExpression.KernelName => NotrackExpression.Read(data),
        NumgenExpression.KernelName => NumgenExpression.Read(data),
        ObjrefExpression.KernelName => ObjrefExpression.Read(data),
        PayloadExpression.KernelName => PayloadExpression.Read(data),
        QueueExpression.KernelName => QueueExpression.Read(data),
        QuotaExpression.KernelName => QuotaExpression.Read(data),
        RangeExpression.KernelName => RangeExpression.Read(data),
        RedirExpression.KernelName => RedirExpression.Read(data),
        RejectExpression.KernelName => RejectExpression.Read(data),
        RtExpression.KernelName => RtExpression.Read(data),
        SocketExpression.KernelName => SocketExpression.Read(data),
        SynproxyExpression.KernelName => SynproxyExpression.Read(data),
        TproxyExpression.KernelName => TproxyExpression.Read(data),
        XtMatch.KernelName => XtMatch.Read(data),
        XtTarget.KernelName => XtTarget.Read(data),
        _ => null,
    };

    private static string Text(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
