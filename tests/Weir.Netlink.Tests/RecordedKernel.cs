using System.Runtime.InteropServices;
using System.Text;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Tests;

/// <summary>A kernel that is a function from a request to the datagrams of its answer. It keeps the requests.</summary>
internal sealed class RecordedKernel(Func<byte[], IEnumerable<byte[]>> answer) : INetlinkTransport
{
    private readonly Queue<byte[]> _answers = new();

    public const uint Port = 4711;

    public uint PortId => Port;

    public List<byte[]> Requests { get; } = [];

    /// <summary>Says yes to everything.</summary>
    public static RecordedKernel Acknowledging() => new(request => [Error(request, 0)]);

    public void Send(ReadOnlySpan<byte> message)
    {
        Requests.Add(message.ToArray());
        foreach (var datagram in answer(Requests[^1]))
            _answers.Enqueue(datagram);
    }

    public int Receive(Span<byte> buffer)
    {
        if (!_answers.TryDequeue(out var datagram))
            return 0;
        datagram.AsSpan(0, Math.Min(datagram.Length, buffer.Length)).CopyTo(buffer);
        return datagram.Length;
    }

    /// <summary>Forgets requests, and answers that nobody read.</summary>
    public void Dispose()
    {
        Requests.Clear();
        _answers.Clear();
    }

    /// <summary>A message that answers a request: its sequence number, the asker's port.</summary>
    public static byte[] Message(byte[] request, NetlinkMessageType type, ushort flags, params byte[] payload)
    {
        var message = new byte[16 + ((payload.Length + 3) & ~3)];
        MemoryMarshal.Write(message, 16 + payload.Length);
        MemoryMarshal.Write(message.AsSpan(4), (ushort)type);
        MemoryMarshal.Write(message.AsSpan(6), flags);
        request.AsSpan(8, 4).CopyTo(message.AsSpan(8));
        MemoryMarshal.Write(message.AsSpan(12), Port);
        payload.CopyTo(message, 16);
        return message;
    }

    /// <summary>NLMSG_ERROR with the request's header and extended-ack attributes.</summary>
    public static byte[] Error(byte[] request, int errno, params byte[] attributes) =>
        Message(request, NetlinkMessageType.NLMSG_ERROR, 0x300, [.. BitConverter.GetBytes(-errno), .. request.AsSpan(0, 16), .. attributes]);

    /// <summary>NLMSG_DONE: attributes right after the error.</summary>
    public static byte[] Done(byte[] request, int errno = 0, ushort flags = 0x202, params byte[] attributes) =>
        Message(request, NetlinkMessageType.NLMSG_DONE, flags, [.. BitConverter.GetBytes(-errno), .. attributes]);

    public static byte[] Attribute(ushort type, params byte[] value)
    {
        var attribute = new byte[4 + ((value.Length + 3) & ~3)];
        MemoryMarshal.Write(attribute, (ushort)(4 + value.Length));
        MemoryMarshal.Write(attribute.AsSpan(2), type);
        value.CopyTo(attribute, 4);
        return attribute;
    }

    public static byte[] Text(ushort type, string value) => Attribute(type, [.. Encoding.UTF8.GetBytes(value), 0]);
}
