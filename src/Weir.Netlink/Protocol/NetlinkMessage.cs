using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.Netlink.Protocol;

/// <summary>One message of the kernel's in place.</summary>
public readonly ref struct NetlinkMessage
{
    private NetlinkMessage(ReadOnlySpan<byte> whole) => Whole = whole;

    /// <summary>With nlmsghdr, without the padding after it.</summary>
    internal ReadOnlySpan<byte> Whole { get; }

    public NetlinkMessageType Type => (NetlinkMessageType)MemoryMarshal.Read<ushort>(Whole[4..]);

    public ushort Flags => MemoryMarshal.Read<ushort>(Whole[6..]);

    public uint Sequence => MemoryMarshal.Read<uint>(Whole[8..]);

    public uint PortId => MemoryMarshal.Read<uint>(Whole[12..]);

    /// <summary>What follows nlmsghdr.</summary>
    public ReadOnlySpan<byte> Payload => Whole[NetlinkWriter.HeaderSize..];

    /// <summary>A message whose bytes were measured before.</summary>
    internal static NetlinkMessage Of(ReadOnlySpan<byte> whole) => new(whole);

    /// <summary>Takes the first message off a datagram; false when what is there is no message.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> datagram, out NetlinkMessage message)
    {
        message = default;
        if (datagram.Length < NetlinkWriter.HeaderSize)
            return false;
        var length = MemoryMarshal.Read<uint>(datagram);
        if (length < NetlinkWriter.HeaderSize || length > (uint)datagram.Length)
            return false;
        message = new NetlinkMessage(datagram[..(int)length]);
        datagram = datagram[Math.Min(NetlinkWriter.Align((int)length), datagram.Length)..];
        return true;
    }

    /// <summary>The fixed structure at the start of the payload; what a shorter one lacks is zero.</summary>
    public T Header<T>()
        where T : unmanaged => ReadPadded<T>(Payload, 0);

    /// <summary>The attributes after a fixed structure.</summary>
    public NetlinkAttributes Attributes<T>()
        where T : unmanaged => new(AttributeBytes<T>());

    internal ReadOnlySpan<byte> AttributeBytes<T>()
        where T : unmanaged
    {
        var start = NetlinkWriter.Align(Unsafe.SizeOf<T>());
        return start <= Payload.Length ? Payload[start..] : default;
    }

    internal static T ReadPadded<T>(ReadOnlySpan<byte> bytes, int offset)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (offset <= bytes.Length && bytes.Length - offset >= size)
            return MemoryMarshal.Read<T>(bytes[offset..]);
        Span<byte> padded = stackalloc byte[size];
        padded.Clear();
        if (offset < bytes.Length)
            bytes[offset..].CopyTo(padded);
        return MemoryMarshal.Read<T>(padded);
    }
}
