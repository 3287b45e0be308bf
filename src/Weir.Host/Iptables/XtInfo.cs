using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Nftables;

namespace Weir.Host.Iptables;

/// <summary>An extension's structure as the bytes of NFTA_MATCH_INFO and NFTA_TARGET_INFO.</summary>
internal static class XtInfo
{
    /// <summary>XT_ALIGN: the kernel takes no other size than the next multiple of eight.</summary>
    internal static int Size<T>()
        where T : unmanaged => (Unsafe.SizeOf<T>() + 7) & ~7;

    internal static NftValue Write<T>(in T info)
        where T : unmanaged
    {
        var bytes = new byte[Size<T>()];
        MemoryMarshal.Write(bytes, in info);
        return new NftValue(bytes);
    }

    /// <summary>Null when the kernel's structure has another size: it is of another kernel, and not understood.</summary>
    internal static T? Read<T>(NftValue bytes)
        where T : unmanaged => bytes.Length == Size<T>() ? MemoryMarshal.Read<T>(bytes.Span) : null;

    /// <summary>A field with a NUL behind the text. The text has been cut to its size by the parser.</summary>
    internal static void WriteText(Span<byte> field, string text)
    {
        field.Clear();
        Encoding.UTF8.TryGetBytes(text, field[..^1], out _);
    }

    internal static string ReadText(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }
}
