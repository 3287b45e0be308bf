using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>Remembers where a nested attribute's length goes.</summary>
public readonly record struct NestStart(int Position);

/// <summary>Writes one netlink message: nlmsghdr, a fixed header, attributes, in the host's byte order, everything aligned to four bytes.</summary>
/// <remarks>
/// <code>
/// struct nlmsghdr { u32 len; u16 type; u16 flags; u32 seq; u32 pid; }     filled in by Finish
/// struct nlattr   { u16 len; u16 type; }  value, zeros up to the next multiple of 4
/// </code>
/// A message that does not fit the buffer is a <see cref="NetlinkException"/> with EMSGSIZE, never a cut one.
/// </remarks>
public ref struct NetlinkWriter
{
    internal const int HeaderSize = 16;
    internal const int AttributeHeaderSize = 4;

    private readonly Span<byte> _buffer;
    private int _length;

    public NetlinkWriter(Span<byte> buffer)
    {
        _buffer = buffer;
        _length = 0;
        Take(HeaderSize);
    }

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    /// <summary>The structure that follows nlmsghdr, or that begins a nested message (ifinfomsg in a veth's VETH_INFO_PEER).</summary>
    public void WriteFixed<T>(in T header)
        where T : unmanaged => MemoryMarshal.Write(Take(Unsafe.SizeOf<T>()), in header);

    public void WriteBytes<TAttribute>(TAttribute type, scoped ReadOnlySpan<byte> value)
        where TAttribute : unmanaged, Enum => value.CopyTo(TakeAttribute(Number(type), value.Length));

    public void WriteUInt8<TAttribute>(TAttribute type, byte value)
        where TAttribute : unmanaged, Enum => TakeAttribute(Number(type), sizeof(byte))[0] = value;

    public void WriteUInt16<TAttribute>(TAttribute type, ushort value)
        where TAttribute : unmanaged, Enum => MemoryMarshal.Write(TakeAttribute(Number(type), sizeof(ushort)), value);

    public void WriteUInt16BigEndian<TAttribute>(TAttribute type, ushort value)
        where TAttribute : unmanaged, Enum => BinaryPrimitives.WriteUInt16BigEndian(TakeAttribute(Number(type), sizeof(ushort)), value);

    public void WriteUInt32<TAttribute>(TAttribute type, uint value)
        where TAttribute : unmanaged, Enum => MemoryMarshal.Write(TakeAttribute(Number(type), sizeof(uint)), value);

    public void WriteInt32<TAttribute>(TAttribute type, int value)
        where TAttribute : unmanaged, Enum => MemoryMarshal.Write(TakeAttribute(Number(type), sizeof(int)), value);

    public void WriteUInt64BigEndian<TAttribute>(TAttribute type, ulong value)
        where TAttribute : unmanaged, Enum => BinaryPrimitives.WriteUInt64BigEndian(TakeAttribute(Number(type), sizeof(ulong)), value);

    /// <summary>UTF-8 with its NUL.</summary>
    public void WriteString<TAttribute>(TAttribute type, string value)
        where TAttribute : unmanaged, Enum => Encoding.UTF8.GetBytes(value, TakeAttribute(Number(type), Encoding.UTF8.GetByteCount(value) + 1));

    /// <summary>4 or 16 bytes in network order.</summary>
    public void WriteAddress<TAttribute>(TAttribute type, IPAddress value)
        where TAttribute : unmanaged, Enum =>
        value.TryWriteBytes(TakeAttribute(Number(type), value.AddressFamily == AddressFamily.InterNetworkV6 ? 16 : 4), out _);

    /// <summary>A flag: its presence says yes, it has no value.</summary>
    public void WriteFlag<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => TakeAttribute(Number(type), 0);

    public void WriteUInt32BigEndian<TAttribute>(TAttribute type, uint value)
        where TAttribute : unmanaged, Enum => BinaryPrimitives.WriteUInt32BigEndian(TakeAttribute(Number(type), sizeof(uint)), value);

    /// <summary>Eight bytes in the host's order; they lie where a multiple of four allows.</summary>
    public void WriteUInt64<TAttribute>(TAttribute type, ulong value)
        where TAttribute : unmanaged, Enum => MemoryMarshal.Write(TakeAttribute(Number(type), sizeof(ulong)), value);

    /// <summary>A raw attribute by its number, for lists (1, 2, 3, ...) and for what is copied from a dump.</summary>
    public void WriteNumbered(ushort type, scoped ReadOnlySpan<byte> value) => value.CopyTo(TakeAttribute(type, value.Length));

    /// <summary>Attributes that are encoded already, as they were read.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> attributes) => attributes.CopyTo(Take(attributes.Length));

    public NestStart BeginNested<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => BeginNested(Number(type));

    /// <summary>Without NLA_F_NESTED, as iproute2 writes it: the kernel takes both, and some of its old parsers compare the whole number.</summary>
    public NestStart BeginNested(ushort type)
    {
        var start = new NestStart(_length);
        TakeAttribute(type, 0);
        return start;
    }

    public readonly void EndNested(NestStart nest)
    {
        var length = _length - nest.Position;
        if (length > ushort.MaxValue)
            throw TooLong("a nested attribute holds at most 65535 bytes");
        MemoryMarshal.Write(_buffer[nest.Position..], (ushort)length);
    }

    /// <summary>Fills in nlmsghdr. The kernel knows the sender, so pid stays 0.</summary>
    public readonly void Finish(NetlinkMessageType type, ushort flags, uint sequence)
    {
        MemoryMarshal.Write(_buffer, _length);
        MemoryMarshal.Write(_buffer[4..], (ushort)type);
        MemoryMarshal.Write(_buffer[6..], flags);
        MemoryMarshal.Write(_buffer[8..], sequence);
    }

    /// <summary>NLMSG_ALIGN and NLA_ALIGN: (len + 3) &amp; ~3.</summary>
    internal static int Align(int length) => (length + 3) & ~3;

    private static ushort Number<TAttribute>(TAttribute type)
        where TAttribute : unmanaged, Enum => Unsafe.BitCast<TAttribute, ushort>(type);

    private Span<byte> TakeAttribute(ushort type, int valueLength)
    {
        if (valueLength > ushort.MaxValue - AttributeHeaderSize)
            throw TooLong("an attribute holds at most 65531 bytes");
        var attribute = Take(AttributeHeaderSize + valueLength);
        MemoryMarshal.Write(attribute, (ushort)(AttributeHeaderSize + valueLength));
        MemoryMarshal.Write(attribute[2..], type);
        return attribute.Slice(AttributeHeaderSize, valueLength);
    }

    private Span<byte> Take(int length)
    {
        var aligned = Align(length);
        if (aligned > _buffer.Length - _length)
            throw TooLong($"the request is longer than {_buffer.Length} bytes");
        var taken = _buffer.Slice(_length, aligned);
        taken.Clear();
        _length += aligned;
        return taken;
    }

    private static NetlinkException TooLong(string text) => new("write a request", (int)Errno.EMSGSIZE, text);
}
