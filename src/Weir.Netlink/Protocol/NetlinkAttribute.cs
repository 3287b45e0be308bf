using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Weir.Netlink.Protocol;

/// <summary>One attribute in place. Values shorter than what is read are taken as filled up with zeros, longer ones are cut: newer and older kernels differ.</summary>
public readonly ref struct NetlinkAttribute
{
    internal NetlinkAttribute(ushort rawType, ReadOnlySpan<byte> value)
    {
        RawType = rawType;
        Value = value;
    }

    /// <summary>With the bits NLA_F_NESTED (0x8000) and NLA_F_NET_BYTEORDER (0x4000), as it came.</summary>
    public ushort RawType { get; }

    public ushort Type => (ushort)(RawType & 0x3fff);

    public ReadOnlySpan<byte> Value { get; }

    public NetlinkAttributes Nested => new(Value);

    public byte UInt8 => Value.IsEmpty ? (byte)0 : Value[0];

    public ushort UInt16 => Read<ushort>();

    public uint UInt32 => Read<uint>();

    public ushort UInt16BigEndian => BinaryPrimitives.ReverseEndianness(UInt16);

    public uint UInt32BigEndian => BinaryPrimitives.ReverseEndianness(UInt32);

    public int Int32 => Read<int>();

    public ulong UInt64 => Read<ulong>();

    /// <summary>UTF-8 up to the first NUL.</summary>
    public string Text
    {
        get
        {
            var end = Value.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? Value : Value[..end]);
        }
    }

    /// <summary>4 or 16 bytes; null for any other length.</summary>
    public IPAddress? Address => Value.Length is 4 or 16 ? new IPAddress(Value) : null;

    internal T Read<T>(int offset = 0)
        where T : unmanaged => NetlinkMessage.ReadPadded<T>(Value, offset);
}

/// <summary>The attributes in a piece of memory, to be read with foreach. It ends at the first attribute that lies about its length.</summary>
public readonly ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public Enumerator GetEnumerator() => new(_bytes);

    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> bytes)
        {
            _rest = bytes;
            Current = default;
        }

        public NetlinkAttribute Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.Length < NetlinkWriter.AttributeHeaderSize)
                return false;
            var length = MemoryMarshal.Read<ushort>(_rest);
            if (length < NetlinkWriter.AttributeHeaderSize || length > _rest.Length)
                return false;
            Current = new NetlinkAttribute(MemoryMarshal.Read<ushort>(_rest[2..]), _rest[NetlinkWriter.AttributeHeaderSize..length]);
            _rest = _rest[Math.Min(NetlinkWriter.Align(length), _rest.Length)..];
            return true;
        }
    }
}
