using Weir.Packets;
using Weir.TcpIp.Tcp;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>RFC 6191 and net.ipv4.tcp_tw_reuse for connections that are opened here.</summary>
public class TcpPortReuseTests
{
    private const ushort OnlyPort = 40_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ScriptedPaths _paths = new(TcpScript.Own);
    private readonly TcpLayer _layer;
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    public TcpPortReuseTests() => _layer = new TcpLayer(_paths, new TcpLayerOptions { Secret = 77, Siblings = new OnePort() });

    [Fact]
    public void Port_in_time_wait_is_taken_again_once_timestamps_tell_the_connections_apart()
    {
        TcpConnection old = OpenAndClose(TcpProfile.Default, timestamps: true);
        Assert.Null(Connect(TcpProfile.Default));
        _now += Second;

        // Without timestamps of its own the new one could not be told from the old one.
        Assert.Null(Connect(TcpProfile.Default with { Timestamps = false }));
        TcpConnection? reopened = Connect(TcpProfile.Default);
        Assert.NotNull(reopened);
        Assert.Equal(OnlyPort, reopened.LocalPort);
        Assert.Equal(TcpState.Closed, old.State);
        Assert.Equal(1, _layer.Count);
    }

    // net/ipv4/tcp_ipv4.c tcp_twsk_unique: what a fast sender has used up lies ahead of the clock of RFC 6528.
    [Fact]
    public void Connection_on_a_port_taken_again_begins_behind_all_numbers_of_the_old_one()
    {
        TcpConnection old = OpenAndClose(TcpProfile.Default, timestamps: true, bytes: 10_000_000);
        uint end = old.SendSide.Iss + (uint)old.SendSide.SndNxt;
        _now += Second;
        TcpConnection reopened = Connect(TcpProfile.Default)!;
        Assert.True((int)(reopened.SendSide.Iss - end) >= 0);
    }

    [Fact]
    public void Port_in_time_wait_stays_taken_where_the_peer_has_no_timestamps()
    {
        OpenAndClose(TcpProfile.Default, timestamps: false);
        _now += TimeSpan.FromSeconds(59);
        Assert.Null(Connect(TcpProfile.Default));
        _now += Second;
        _layer.Expire(_now);
        Assert.NotNull(Connect(TcpProfile.Default));
    }

    [Fact]
    public void Port_that_was_asked_for_is_taken_from_time_wait_by_the_same_rule()
    {
        OpenAndClose(TcpProfile.Default, timestamps: true);
        Assert.Null(Connect(TcpProfile.Default, OnlyPort));
        _now += Second;
        Assert.NotNull(Connect(TcpProfile.Default, OnlyPort));
    }

    private TcpConnection? Connect(TcpProfile profile, ushort port = 0) =>
        _layer.Connect(new TcpConnectOptions { RemoteAddress = TcpScript.Peer, RemotePort = 80, LocalPort = port, Profile = profile }, null, _now);

    /// <summary>Open, closed by us first, in TIME-WAIT.</summary>
    private TcpConnection OpenAndClose(TcpProfile profile, bool timestamps, int bytes = 0)
    {
        TcpConnection connection = Connect(profile)!;
        Answer(connection, TcpFlags.SYN | TcpFlags.ACK, timestamps);
        for (byte[] data = new byte[60_000]; bytes > 0; bytes -= data.Length)
        {
            connection.Write(data);
            Answer(connection, TcpFlags.ACK, timestamps);
        }

        while (!connection.IsDelivered)
            Answer(connection, TcpFlags.ACK, timestamps);
        connection.CloseWrite();
        Answer(connection, TcpFlags.FIN | TcpFlags.ACK, timestamps);
        Assert.Equal(TcpState.TimeWait, connection.State);
        return connection;
    }

    /// <summary>The peer acknowledges all that was sent.</summary>
    private void Answer(TcpConnection connection, TcpFlags flags, bool timestamps)
    {
        _layer.Transmit(_now);
        _paths.Get(TcpScript.Own, TcpScript.Peer).Sent.Clear();
        Span<byte> options = stackalloc byte[12];
        var writer = new TcpOptionWriter(options);
        if (timestamps)
            writer.WriteTimestamps(5000, connection.Timestamps.Value(_now.Ticks));
        int length = writer.Finish().Length;
        byte[] segment = new byte[TcpHeader.Size + length];
        new TcpHeader
        {
            SourcePort = 80,
            DestinationPort = connection.LocalPort,
            Sequence = (flags & TcpFlags.SYN) != 0 ? 1000u : 1001,
            Acknowledgment = connection.SendSide.Iss + (uint)connection.SendSide.SndNxt,
            HeaderLength = (byte)(TcpHeader.Size + length),
            Flags = flags,
            Window = 65535,
        }.WriteTo(segment);
        options[..length].CopyTo(segment.AsSpan(TcpHeader.Size));
        _layer.Receive(new SegmentArrival { Source = TcpScript.Peer, Destination = TcpScript.Own, IsLocal = true }, segment, _now);
    }

    private sealed class OnePort : ITcpSiblings
    {
        public bool IsOwnPort(ushort localPort) => localPort == OnlyPort;

        public bool TryPass(in SegmentArrival arrival, ReadOnlySpan<byte> segment, ushort localPort) => false;

        public void Pass(in TcpIcmpError error)
        {
        }
    }
}
