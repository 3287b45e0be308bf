using Weir.Stack.Devices;
using Weir.TcpIp.Devices;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>A port whose packets are written down; what the blocks look like is tested beside <see cref="PcapngDevice"/>.</summary>
public sealed class PcapngPortTests : IDisposable
{
    private static readonly byte[] Incoming = [.. "what has come in"u8], Outgoing = [.. "what was sent"u8];

    private readonly FilePort _port = new();
    private readonly LoggingStream _stream = new();

    [Fact]
    public void What_is_sent_and_what_comes_is_in_the_file_and_goes_its_way()
    {
        using var capture = Open();
        Send(capture);
        Assert.Equal(Incoming, Receive(capture));
        Assert.Equal([Outgoing], _port.Sent);
        Assert.True(_stream.Has(Outgoing));
        Assert.True(_stream.Has(Incoming));
        Assert.Null(capture.Failure);
    }

    [Fact]
    public void The_file_is_whole_whenever_it_is_quiet_and_not_flushed_again_for_nothing()
    {
        using var capture = Open();
        Send(capture);
        Assert.Equal(0, _stream.Flushes);
        capture.Wait(TimeSpan.Zero);
        Assert.Equal(1, _stream.Flushes);
        capture.Wait(TimeSpan.Zero);
        Assert.Equal(1, _stream.Flushes);
        Receive(capture);
        capture.Wait(TimeSpan.Zero);
        Assert.Equal(2, _stream.Flushes);
        Assert.Equal(3, _port.Waits);
    }

    [Fact]
    public void Port_and_stream_are_closed_with_it_and_the_rest_is_written()
    {
        var capture = Open();
        Send(capture);
        capture.Dispose();
        Assert.True(_port.IsDisposed);
        Assert.True(_stream.IsDisposed);
        Assert.Equal(1, _stream.Flushes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_disk_ends_the_capture_and_not_the_traffic(bool inSending)
    {
        var capture = Open();
        _stream.Full = true;
        if (inSending)
            Send(capture);
        else
            Assert.Equal(Incoming, Receive(capture));
        var failure = Assert.IsType<IOException>(capture.Failure);
        _port.Sent.Clear();

        _stream.Full = false;
        Send(capture);
        Assert.Equal(Incoming, Receive(capture));
        capture.Wait(TimeSpan.Zero);
        Assert.Equal([Outgoing], _port.Sent);
        Assert.False(_stream.Has(Outgoing));
        Assert.False(_stream.Has(Incoming));
        Assert.Same(failure, capture.Failure);
        capture.Dispose();
        Assert.True(_stream.IsDisposed);
    }

    [Fact]
    public void A_flush_that_fails_is_told_and_the_wait_goes_on()
    {
        using var capture = Open();
        Send(capture);
        _stream.Full = true;
        capture.Wait(TimeSpan.Zero);
        Assert.IsType<IOException>(capture.Failure);
        Assert.Equal(1, _port.Waits);
    }

    public void Dispose()
    {
        _port.Dispose();
        _stream.Dispose();
    }

    private PcapngPort Open() => new(_port, _stream, new ManualTimeProvider());

    private static void Send(PcapngPort capture)
    {
        Outgoing.CopyTo(capture.Rent(Outgoing.Length));
        capture.Send(Outgoing.Length, default);
    }

    private byte[] Receive(PcapngPort capture)
    {
        _port.Next = Incoming;
        Assert.True(capture.TryReceive(out var packet, out _));
        return packet.ToArray();
    }

    private sealed class FilePort : IPacketPort
    {
        private readonly byte[] _rented = new byte[100];

        internal byte[]? Next { get; set; }

        internal List<byte[]> Sent { get; } = [];

        internal int Waits { get; private set; }

        internal bool IsDisposed { get; private set; }

        public DeviceCapabilities Capabilities { get; } = new() { Medium = DeviceMedium.Ip, Mtu = 100 };

        public Span<byte> Rent(int length) => _rented.AsSpan(0, length);

        public void Send(int length, in PacketOffload offload) => Sent.Add(_rented[..length]);

        public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
        {
            offload = default;
            packet = Next;
            var received = Next is not null;
            Next = null;
            return received;
        }

        public void Wait(TimeSpan? timeout) => Waits++;

        public void Wake()
        {
        }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class LoggingStream : MemoryStream
    {
        internal int Flushes { get; private set; }

        internal bool Full { get; set; }

        internal bool IsDisposed { get; private set; }

        internal bool Has(ReadOnlySpan<byte> bytes) => GetBuffer().AsSpan().IndexOf(bytes) >= 0;

        public override void Write(byte[] buffer, int offset, int count)
        {
            ThrowIfFull();
            base.Write(buffer, offset, count);
        }

        public override void Flush()
        {
            ThrowIfFull();
            Flushes++;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }

        private void ThrowIfFull()
        {
            if (Full)
                throw new IOException("No space left on device");
        }
    }
}
