using System.Text;

namespace Weir.Netlink.Nftables;

/// <summary>Thousands of rules and elements of one dump say the names of the same few tables and chains: each becomes a string once.</summary>
internal sealed class NameCache
{
    private const int Size = 8;

    private readonly byte[][] _bytes = new byte[Size][];
    private readonly string[] _names = new string[Size];
    private int _next;

    /// <summary>UTF-8 up to the first NUL.</summary>
    internal string Get(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)0);
        if (end >= 0)
            value = value[..end];
        for (var i = 0; i < Size && _bytes[i] is { } known; i++)
        {
            if (value.SequenceEqual(known))
                return _names[i];
        }

        var name = Encoding.UTF8.GetString(value);
        _bytes[_next] = value.ToArray();
        _names[_next] = name;
        _next = (_next + 1) % Size;
        return name;
    }
}
