using System.Runtime.CompilerServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>The attributes inside NFTA_EXPR_DATA, found by number. What is not there is zero.</summary>
internal readonly ref struct ExpressionData(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal bool IsEmpty => _bytes.IsEmpty;

    /// <summary>False when there is an attribute beyond the last that is known, one twice, or bytes that are no attribute: the expression is then kept as bytes.</summary>
    internal bool HasOnly<TAttribute>(TAttribute last)
        where TAttribute : unmanaged, Enum
    {
        var seen = 0UL;
        var length = 0;
        foreach (var attribute in new NetlinkAttributes(_bytes))
        {
            if (attribute.Type == 0 || attribute.Type > Number(last) || (seen & 1UL << attribute.Type) != 0)
                return false;
            seen |= 1UL << attribute.Type;
            length += NetlinkWriter.AttributeHeaderSize + NetlinkWriter.Align(attribute.Value.Length);
        }

        return length >= _bytes.Length;
    }

    internal bool Has<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out _);

    internal byte UInt8<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? found.UInt8 : (byte)0;

    internal ushort UInt16<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? found.UInt16BigEndian() : (ushort)0;

    internal uint UInt32<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? found.UInt32BigEndian() : 0;

    internal ulong UInt64<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? found.UInt64BigEndian() : 0;

    internal NftRegister Register<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => (NftRegister)UInt32(type);

    internal string Text<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? found.Text : "";

    internal NftValue Bytes<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? found.Bytes() : default;

    internal NftData Data<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TryFind(Number(type), out var found) ? NftDataMessage.Read(found.Nested) : default;

    internal NftValue Value<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => Data(type).Value;

    /// <summary>One expression under one attribute, or a list under another.</summary>
    internal IReadOnlyList<NftExpression> Expressions<TAttribute>(TAttribute one, TAttribute more)
        where TAttribute : unmanaged, Enum =>
        TryFind(Number(more), out var list) ? ExpressionMessage.ReadList(list.Nested)
        : TryFind(Number(one), out var single) ? [ExpressionMessage.Read(single.Nested)]
        : [];

    private static ushort Number<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => Unsafe.BitCast<TAttribute, ushort>(type);

    private bool TryFind(ushort type, out NetlinkAttribute found)
    {
        foreach (var attribute in new NetlinkAttributes(_bytes))
        {
            if (attribute.Type != type)
                continue;
            found = attribute;
            return true;
        }

        found = default;
        return false;
    }
}
