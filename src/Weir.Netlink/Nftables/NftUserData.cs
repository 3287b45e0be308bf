using System.Text;

namespace Weir.Netlink.Nftables;

/// <summary>What nft keeps in user data fields: entries of <c>{ u8 type; u8 length; bytes }</c>. Type 0 of tables, chains, rules, elements and objects is the comment.</summary>
public static class NftUserData
{
    private const byte CommentType = 0;

    /// <summary>NFTNL_UDATA_SET_COMMENT: sets have other entries before it.</summary>
    private const byte SetCommentType = 7;

    private const int LongestText = 128;

    /// <summary>A comment as nft writes it, its NUL included.</summary>
    /// <exception cref="ArgumentException">It has more than 127 bytes of UTF-8, which nft would not take.</exception>
    public static NftValue Comment(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text) + 1;
        if (length > LongestText)
            throw new ArgumentException($"a comment has at most {LongestText - 1} bytes", nameof(text));
        var bytes = new byte[2 + length];
        bytes[0] = CommentType;
        bytes[1] = (byte)length;
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(2));
        return new NftValue(bytes);
    }

    /// <summary>The comment of a table, chain, rule, element or object; null when there is none.</summary>
    public static string? ReadComment(NftValue userData) => Find(userData, CommentType);

    /// <summary>The comment of a set or map; null when there is none.</summary>
    public static string? ReadSetComment(NftValue userData) => Find(userData, SetCommentType);

    /// <summary>The bytes of the first entry of a type; null when there is none.</summary>
    public static NftValue? Entry(NftValue userData, byte type)
    {
        var rest = userData.Span;
        while (rest.Length >= 2)
        {
            var length = rest[1];
            if (2 + length > rest.Length)
                return null;
            if (rest[0] == type)
                return NftValue.Create(rest.Slice(2, length));
            rest = rest[(2 + length)..];
        }

        return null;
    }

    private static string? Find(NftValue userData, byte type) =>
        Entry(userData, type) is { } entry ? Encoding.UTF8.GetString(entry.Span).TrimEnd('\0') : null;
}
