using System.Buffers;
using Weir.Packets.Dns;
using Weir.TcpIp.Tcp;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.TcpIp.Dns;

/// <summary>One question over TCP: RFC 1035 4.2.2, RFC 7766.</summary>
internal sealed class DnsConnection : ITcpObserver
{
    private const int FirstRoom = 2048;

    private readonly DnsQuery _query;
    private readonly byte[] _question;
    private byte[] _answer = ArrayPool<byte>.Shared.Rent(FirstRoom);
    private int _length;
    private TcpConnection? _connection;

    private DnsConnection(DnsQuery query, ReadOnlySpan<byte> question)
    {
        _query = query;
        _question = question.ToArray();
    }

    /// <summary>Null: no route leads there.</summary>
    /// <param name="query">Whose question it is.</param>
    /// <param name="stack">Of which the connection is.</param>
    /// <param name="server">Whom to ask.</param>
    /// <param name="port">Its port.</param>
    /// <param name="question">With room for its length in front.</param>
    public static DnsConnection? TryOpen(DnsQuery query, NetworkStack stack, UInt128 server, ushort port, Span<byte> question)
    {
        WriteUInt16BigEndian(question, (ushort)(question.Length - DnsMessage.StreamPrefixSize));
        var opened = new DnsConnection(query, question);
        opened._connection = stack.Tcp.Connect(new TcpConnectOptions { RemoteAddress = server, RemotePort = port }, opened, stack.Now);
        if (opened._connection is null)
            opened.Close();
        return opened._connection is null ? null : opened;
    }

    public void Notify(TcpConnection connection, TcpEvents events)
    {
        if ((events & TcpEvents.Connected) != 0)
            connection.Write(_question);
        if ((events & TcpEvents.Readable) != 0 && Read(connection))
            return;
        if ((events & (TcpEvents.ReadClosed | TcpEvents.Closed)) != 0)
            _query.ConnectionEnded([]);
    }

    /// <summary>Ends the connection, whatever has come.</summary>
    public void Close()
    {
        if (_connection is { } connection)
        {
            connection.Observer = null;
            connection.Close();
        }

        _connection = null;
        ArrayPool<byte>.Shared.Return(_answer);
        _answer = [];
    }

    /// <summary>True: it was told of.</summary>
    private bool Read(TcpConnection connection)
    {
        while (connection.Available > 0 && _length < DnsMessage.StreamPrefixSize + ushort.MaxValue)
        {
            if (_length == _answer.Length)
                Grow();
            _length += connection.Read(_answer.AsSpan(_length));
        }

        if (!DnsMessage.TryCut(_answer.AsSpan(0, _length), out ReadOnlySpan<byte> message))
            return false;

        // The query closes this, and gives the bytes back before it has read all of them: it reads a copy.
        _query.ConnectionEnded(message.ToArray());
        return true;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(2 * _answer.Length);
        _answer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_answer);
        _answer = larger;
    }
}
