using System.Buffers.Binary;
using Weir.Linux;

namespace Weir.Host.State;

/// <summary>A NETLINK_NETFILTER socket that lists nf_tables objects. A kernel without nf_tables has none.</summary>
internal sealed class NetfilterSocket : IDisposable
{
    private const int AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_NETFILTER = 12, NFNL_SUBSYS_NFTABLES = 10;
    private const int HeaderSize = 16, GenericSize = 4;
    private const ushort NLM_F_REQUEST_DUMP = 0x301, NLM_F_DUMP_INTR = 0x10, NLMSG_ERROR = 2, NLMSG_DONE = 3;
    private const int Attempts = 10;
    private readonly LinuxSocket socket;
    private readonly byte[] buffer = new byte[64 * 1024];
    private uint sequence;

    public NetfilterSocket(NetworkNamespace ns) => socket = LinuxSocket.Open(ns, AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);

    /// <summary>All objects of a kind: the family and the attributes of each.</summary>
    public List<(byte Family, byte[] Attributes)> Dump(ushort message, byte family = 0, byte[]? attributes = null)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            List<(byte Family, byte[] Attributes)> objects = [];
            Send(message, family, attributes ?? []);
            if (Receive(objects))
                return objects;
        }

        return [];
    }

    public void Dispose() => socket.Dispose();

    private void Send(ushort message, byte family, byte[] attributes)
    {
        var request = new byte[HeaderSize + GenericSize + attributes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), (ushort)(NFNL_SUBSYS_NFTABLES << 8 | message));
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6), NLM_F_REQUEST_DUMP);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(8), ++sequence);
        request[HeaderSize] = family;
        attributes.CopyTo(request.AsSpan(HeaderSize + GenericSize));
        socket.Send(request);
    }

    /// <summary>False when the objects changed meanwhile and the list must be read again.</summary>
    private bool Receive(List<(byte Family, byte[] Attributes)> objects)
    {
        bool whole = true;
        while (true)
        {
            int length = socket.Receive(buffer, default, out _);
            for (int at = 0; at + HeaderSize <= length;)
            {
                ReadOnlySpan<byte> left = buffer.AsSpan(at, length - at);
                int size = BinaryPrimitives.ReadInt32LittleEndian(left);
                ushort type = BinaryPrimitives.ReadUInt16LittleEndian(left[4..]);
                if (size < HeaderSize || size > left.Length)
                    return whole;
                whole &= (BinaryPrimitives.ReadUInt16LittleEndian(left[6..]) & NLM_F_DUMP_INTR) == 0;
                if (BinaryPrimitives.ReadUInt32LittleEndian(left[8..]) == sequence)
                {
                    // An error of a list means that there is nothing of the kind: no nf_tables, or an older kernel.
                    if (type is NLMSG_ERROR or NLMSG_DONE)
                        return whole;
                    if (size >= HeaderSize + GenericSize)
                        objects.Add((left[HeaderSize], left[(HeaderSize + GenericSize)..size].ToArray()));
                }

                at += (size + 3) & ~3;
            }
        }
    }
}
