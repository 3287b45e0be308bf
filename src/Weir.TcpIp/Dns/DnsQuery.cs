using Weir.Packets;
using Weir.Packets.Dns;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Udp;

namespace Weir.TcpIp.Dns;

/// <summary>One question, put to servers in turn until one of them answers.</summary>
internal sealed class DnsQuery(DnsResolver resolver, DnsLookup lookup, DnsRecordType type)
{
    private const ushort RecursionDesired = 0x0100;

    /// <summary>Header, the longest name, type and class.</summary>
    private const int MaxQuestion = DnsHeader.Size + DnsName.MaxLength + 4;

    private readonly List<UInt128> _addresses = [];
    private int _tries;
    private ushort _id;
    private UInt128 _server;
    private UdpSocket? _socket;
    private DnsConnection? _connection;

    public bool HasEnded { get; private set; }

    public DnsError Error { get; private set; } = DnsError.TimedOut;

    public IReadOnlyList<UInt128> Addresses => _addresses;

    public TimeSpan Deadline { get; private set; }

    public void Start()
    {
        resolver.Add(this);
        AskNext();
    }

    /// <summary>Ends without an answer, and tells nobody.</summary>
    public void Stop()
    {
        if (HasEnded)
            return;
        HasEnded = true;
        Disconnect();
        resolver.Remove(this);
    }

    public void Expire(TimeSpan now)
    {
        if (!HasEnded && Deadline <= now)
            AskNext();
    }

    /// <summary>An answer has come over TCP; or the connection is over without one.</summary>
    internal void ConnectionEnded(ReadOnlySpan<byte> message)
    {
        if (!TryTake(message, overTcp: true))
            AskNext();
    }

    private void AskNext()
    {
        Disconnect();
        int most = lookup.Options.Servers.Count * lookup.Options.Attempts;
        while (_tries < most)
        {
            _server = lookup.Options.Servers[_tries++ % lookup.Options.Servers.Count];
            if (lookup.Options.OverTcp ? TryConnect() : TrySend())
                return;
        }

        End(Error);
    }

    private bool TrySend()
    {
        if (resolver.Stack.ChooseSource(_server) == 0)
            return false;
        try
        {
            _socket = resolver.Stack.Udp.Open(new UdpSocketOptions { RemoteAddress = _server, RemotePort = lookup.Options.Port, ReceivePackets = 16 });
        }
        catch (InvalidOperationException)
        {
            // All ports are taken: of another server perhaps not.
            return false;
        }

        _socket.Readable = Receive;
        Span<byte> question = stackalloc byte[MaxQuestion];
        if (_socket.Send(Write(question), resolver.Stack.Now) is IpSendResult.Sent or IpSendResult.NoRoom)
        {
            // Where the device had no room it is lost as on the way, and asked again when its time is over.
            StartTimer();
            return true;
        }

        Disconnect();
        return false;
    }

    private bool TryConnect()
    {
        Span<byte> question = stackalloc byte[DnsMessage.StreamPrefixSize + MaxQuestion];
        int length = Write(question[DnsMessage.StreamPrefixSize..]).Length;
        _connection = DnsConnection.TryOpen(this, resolver.Stack, _server, lookup.Options.Port, question[..(DnsMessage.StreamPrefixSize + length)]);
        if (_connection is null)
            return false;
        StartTimer();
        return true;
    }

    private void StartTimer()
    {
        Deadline = resolver.Stack.Now + lookup.Options.Timeout;
        resolver.Schedule(Deadline);
    }

    private ReadOnlySpan<byte> Write(Span<byte> buffer)
    {
        _id = resolver.DrawId();
        var writer = new DnsWriter(buffer, _id, RecursionDesired);
        writer.WriteQuestion(lookup.Name, type);
        return writer.Finish();
    }

    private void Receive(UdpSocket socket)
    {
        while (socket == _socket && socket.TryReceive(out ReadOnlySpan<byte> datagram, out _))
            TryTake(datagram, overTcp: false);

        // Nothing listens there, or it can't be reached: the next one need not wait.
        if (socket == _socket && socket.TryTakeError(out UdpError error) && error.Kind == IcmpErrorKind.Unreachable)
            AskNext();
    }

    /// <summary>False: the message is no answer to this question.</summary>
    private bool TryTake(ReadOnlySpan<byte> message, bool overTcp)
    {
        switch (DnsAnswer.Read(message, _id, lookup.Name, type, _addresses))
        {
            case DnsOutcome.NotOurs:
                return false;
            case DnsOutcome.Truncated when !overTcp:
                Disconnect();
                if (!TryConnect())
                    AskNext();
                return true;
            case DnsOutcome.Truncated or DnsOutcome.Failure:
                Error = DnsError.ServerFailure;
                AskNext();
                return true;
            case DnsOutcome.NoSuchName:
                End(DnsError.NotFound);
                return true;
            case DnsOutcome.NoAddress:
                End(DnsError.NoAddress);
                return true;
            default:
                End(DnsError.None);
                return true;
        }
    }

    private void End(DnsError error)
    {
        Error = error;
        Stop();
        lookup.QueryEnded();
    }

    private void Disconnect()
    {
        _socket?.Dispose();
        _connection?.Close();
        (_socket, _connection) = (null, null);
    }
}
