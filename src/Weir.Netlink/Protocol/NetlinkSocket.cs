using System.Runtime.InteropServices;
using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>The kernel's end: an AF_NETLINK socket in a namespace.</summary>
/// <remarks>
/// Set as iproute2 sets it: extended acks, strict checking of requests, acks without the request's copy; large buffers where the process may.
/// The kernel answers inside send, so an answer that has not come within <see cref="AnswerTime"/> will not come.
/// </remarks>
public sealed class NetlinkSocket : INetlinkTransport
{
    private const int AddressFamily = 16;
    private const int RawType = 3;
    private const int SolSocket = 1;
    private const int SolNetlink = 270;
    private const int SocketAddressSize = 12;
    private const int SendBufferForce = 32;
    private const int ReceiveBufferForce = 33;
    private const int SendBufferSize = 1 << 20;
    private const int ReceiveBufferSize = 4 << 20;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly LinuxSocket _socket;
    private int _sendBuffer = SendBufferSize;
    private int _receiveBuffer = ReceiveBufferSize;

    private NetlinkSocket(LinuxSocket socket, uint portId)
    {
        _socket = socket;
        PortId = portId;
    }

    /// <inheritdoc/>
    public uint PortId { get; }

    public static NetlinkSocket Open(NetworkNamespace ns, NetlinkProtocol protocol)
    {
        try
        {
            var socket = LinuxSocket.Open(ns, AddressFamily, RawType, (int)protocol);
            try
            {
                SetOptions(socket);
                return new NetlinkSocket(socket, Bind(socket));
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (LinuxException exception)
        {
            throw new NetlinkException($"open {protocol} in {ns.Name}", exception.Errno, exception.Message);
        }
    }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> message)
    {
        try
        {
            _socket.Send(message);
        }
        catch (LinuxException exception)
        {
            throw new NetlinkException("send a request", exception.Errno, request: message.ToArray());
        }
    }

    /// <inheritdoc/>
    public int Receive(Span<byte> buffer) => TryReceive(buffer, AnswerTime);

    /// <inheritdoc/>
    public int ReceiveNow(Span<byte> buffer) => TryReceive(buffer, TimeSpan.Zero);

    /// <inheritdoc/>
    public void Reserve(int sendBytes, int receiveBytes)
    {
        if (sendBytes > _sendBuffer && _socket.TrySetOption(SolSocket, SendBufferForce, sendBytes))
            _sendBuffer = sendBytes;
        if (receiveBytes > _receiveBuffer && _socket.TrySetOption(SolSocket, ReceiveBufferForce, receiveBytes))
            _receiveBuffer = receiveBytes;
    }

    /// <summary>As <see cref="Receive"/>, waiting at most so long.</summary>
    internal int TryReceive(Span<byte> buffer, TimeSpan? wait)
    {
        Span<byte> sender = stackalloc byte[SocketAddressSize];
        try
        {
            while (true)
            {
                // The answer is nearly always there already: asking first saves a call for each datagram.
                var count = _socket.Receive(buffer, sender, out var truncated, wait: false);
                if (count < 0)
                {
                    if (!_socket.WaitReadable(wait))
                        return 0;
                    continue;
                }

                if (truncated)
                    throw new NetlinkException("receive", (int)Errno.EMSGSIZE, $"the kernel's answer is longer than {buffer.Length} bytes and was cut");
                // struct sockaddr_nl { u16 family; u16 pad; u32 pid; u32 groups; }: pid 0 is the kernel, anyone else has no say.
                if (MemoryMarshal.Read<uint>(sender[4..]) == 0)
                    return count;
            }
        }
        catch (LinuxException exception)
        {
            throw new NetlinkException("receive", exception.Errno, exception.Errno == (int)Errno.ENOBUFS ? "the kernel had more to say than the socket's buffer holds" : "");
        }
    }

    internal int Descriptor => _socket.Descriptor;

    /// <summary>Hear of every change in a group (NETLINK_ADD_MEMBERSHIP).</summary>
    internal void Join(int group) => _socket.SetOption(SolNetlink, (int)NetlinkOption.NETLINK_ADD_MEMBERSHIP, group);

    public void Dispose() => _socket.Dispose();

    /// <summary>As <see cref="TryReceive"/> without waiting: one system call.</summary>
    /// <returns>0 when there is nothing.</returns>
    internal int TryReceiveNow(Span<byte> buffer)
    {
        Span<byte> sender = stackalloc byte[SocketAddressSize];
        try
        {
            while (true)
            {
                var count = _socket.Receive(buffer, sender, out var truncated, wait: false);
                if (truncated)
                    throw new NetlinkException("receive", (int)Errno.EMSGSIZE, $"the kernel's message is longer than {buffer.Length} bytes and was cut");
                if (count < 0)
                    return 0;
                if (MemoryMarshal.Read<uint>(sender[4..]) == 0)
                    return count;
            }
        }
        catch (LinuxException exception)
        {
            throw new NetlinkException("receive", exception.Errno, exception.Errno == (int)Errno.ENOBUFS ? "the kernel had more to say than the socket's buffer holds" : "");
        }
    }

    /// <summary>The same descriptor as .NET's socket, to be awaited without a thread; this one must outlive it.</summary>
    internal System.Net.Sockets.Socket Asynchronous() => new(new System.Net.Sockets.SafeSocketHandle(_socket.Descriptor, ownsHandle: false));

    /// <summary>What does not fit the socket's buffer is lost without an error (NETLINK_NO_ENOBUFS): for those who count losses elsewhere.</summary>
    internal void IgnoreLosses() => _socket.SetOption(SolNetlink, (int)NetlinkOption.NETLINK_NO_ENOBUFS, 1);

    /// <summary>Bytes that may wait in the socket; a process without privilege gets less.</summary>
    internal void SetReceiveBuffer(int size)
    {
        const int receiveBufferForce = 33;
        _socket.TrySetOption(SolSocket, receiveBufferForce, size);
    }

    private static void SetOptions(LinuxSocket socket)
    {
        const int sendBuffer = 7, receiveBuffer = 8;
        if (!socket.TrySetOption(SolSocket, SendBufferForce, SendBufferSize))
            socket.TrySetOption(SolSocket, sendBuffer, SendBufferSize);
        if (!socket.TrySetOption(SolSocket, ReceiveBufferForce, ReceiveBufferSize))
            socket.TrySetOption(SolSocket, receiveBuffer, ReceiveBufferSize);
        socket.SetOption(SolNetlink, (int)NetlinkOption.NETLINK_EXT_ACK, 1);
        socket.SetOption(SolNetlink, (int)NetlinkOption.NETLINK_CAP_ACK, 1);
        socket.SetOption(SolNetlink, (int)NetlinkOption.NETLINK_GET_STRICT_CHK, 1);
    }

    /// <summary>Port id 0 lets the kernel choose one.</summary>
    private static uint Bind(LinuxSocket socket)
    {
        Span<byte> address = stackalloc byte[SocketAddressSize];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)AddressFamily);
        socket.Bind(address);
        socket.GetName(address);
        return MemoryMarshal.Read<uint>(address[4..]);
    }
}
