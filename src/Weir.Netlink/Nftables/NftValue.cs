using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Netlink.Nftables;

/// <summary>Bytes as they stand in a register, a set's key, a user data field: compared by content, printed as hexadecimal.</summary>
/// <remarks>
/// What is compared with a packet is in network order, what is compared with the kernel's own numbers (marks, interface indexes, connection
/// states) in the host's; the factory methods name which.
/// </remarks>
[CollectionBuilder(typeof(NftValue), nameof(Create))]
public readonly struct NftValue : IEquatable<NftValue>
{
    /// <summary>IFNAMSIZ: nft compares whole interface names with 16 bytes.</summary>
    private const int InterfaceNameSize = 16;

    private readonly byte[]? _bytes;

    /// <param name="bytes">Kept, not copied.</param>
    public NftValue(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Span => _bytes;

    public ReadOnlyMemory<byte> Memory => _bytes;

    public int Length => _bytes?.Length ?? 0;

    public bool IsEmpty => Length == 0;

    public static NftValue Create(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? default : new NftValue(bytes.ToArray());

    /// <summary>Four bytes in the host's order: marks, connection states, interface indexes, user ids.</summary>
    public static NftValue HostUInt32(uint value) => Create(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    /// <summary>Two bytes in the host's order: conntrack zones, link types.</summary>
    public static NftValue HostUInt16(ushort value) => Create(MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in value)));

    /// <summary>Two bytes in network order: ports, EtherTypes.</summary>
    public static NftValue NetworkUInt16(ushort value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return new NftValue(bytes);
    }

    /// <summary>Four bytes in network order.</summary>
    public static NftValue NetworkUInt32(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return new NftValue(bytes);
    }

    /// <summary>One byte: protocols, ICMP types.</summary>
    public static NftValue UInt8(byte value) => new([value]);

    /// <summary>4 or 16 bytes in network order.</summary>
    public static NftValue Address(IPAddress address) => new(address.GetAddressBytes());

    /// <summary>UTF-8 with its NUL, as iptables compares interface names.</summary>
    public static NftValue Text(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return new NftValue(bytes);
    }

    /// <summary>UTF-8 without NUL: the first bytes of an interface name, for <c>iifname "eth*"</c>.</summary>
    public static NftValue Prefix(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>An interface name filled up to 16 bytes, as nft compares it.</summary>
    /// <exception cref="ArgumentException">The name has more than 15 bytes.</exception>
    public static NftValue InterfaceName(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) >= InterfaceNameSize)
            throw new ArgumentException($"an interface name has at most {InterfaceNameSize - 1} bytes: {name}", nameof(name));
        var bytes = new byte[InterfaceNameSize];
        Encoding.UTF8.GetBytes(name, bytes);
        return new NftValue(bytes);
    }

    public static implicit operator NftValue(byte[] bytes) => new(bytes);

    public static bool operator ==(NftValue left, NftValue right) => left.Equals(right);

    public static bool operator !=(NftValue left, NftValue right) => !left.Equals(right);

    public static NftValue ToNftValue(byte[] bytes) => new(bytes);

    public byte[] ToArray() => Span.ToArray();

    public ReadOnlySpan<byte>.Enumerator GetEnumerator() => Span.GetEnumerator();

    public bool Equals(NftValue other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is NftValue other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Lower case hexadecimal digits, without a prefix.</summary>
    public override string ToString() => Convert.ToHexStringLower(Span);
}
