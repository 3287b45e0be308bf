using Weir.TcpIp.Devices;

namespace Weir.Stack.Devices;

/// <summary>A port whose packets are also written to a stream in pcapng format, as the stack sends and gets them: <c>tcpdump -r</c> and Wireshark read it.</summary>
/// <remarks>
/// What was written is flushed before the thread waits, so that the file is whole whenever it is quiet. A stream that can't be written any more (the
/// disk is full) ends the capture and not the stack. With offload, segments are larger than the MTU and their checksums are not filled in yet.
/// </remarks>
public sealed class PcapngPort : IPacketPort
{
    private readonly IPacketPort _port;
    private readonly Stream _stream;
    private readonly PcapngDevice _capture;

    // The owner flushes before it waits, when others may send: see IPacketPort.
    private readonly Lock _writing = new();
    private bool _isFlushed;

    /// <param name="port">Disposed with this one.</param>
    /// <param name="stream">Closed with this one.</param>
    /// <param name="time">For the packets' times.</param>
    /// <exception cref="IOException">The stream can't be written.</exception>
    public PcapngPort(IPacketPort port, Stream stream, TimeProvider time)
    {
        _port = port;
        _stream = stream;
        _capture = new PcapngDevice(port, stream, time);
    }

    /// <inheritdoc/>
    public DeviceCapabilities Capabilities => _port.Capabilities;

    /// <summary>Why no more is written; null: it is.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public Span<byte> Rent(int length) => Failure is null ? _capture.Rent(length) : _port.Rent(length);

    /// <inheritdoc/>
    public void Send(int length, in PacketOffload offload)
    {
        if (Failure is not null)
        {
            _port.Send(length, offload);
            return;
        }

        try
        {
            lock (_writing)
            {
                _isFlushed = false;
                _capture.Send(length, offload);
            }
        }
        catch (IOException exception)
        {
            // This packet is lost, as packets are.
            Failure = exception;
        }
    }

    /// <inheritdoc/>
    public bool TryReceive(out Span<byte> packet, out PacketOffload offload)
    {
        if (!_port.TryReceive(out packet, out offload))
            return false;
        if (Failure is not null || packet.IsEmpty)
            return true;
        try
        {
            lock (_writing)
            {
                _isFlushed = false;
                _capture.Received(packet);
            }
        }
        catch (IOException exception)
        {
            Failure = exception;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Wait(TimeSpan? timeout)
    {
        Flush();
        _port.Wait(timeout);
    }

    /// <inheritdoc/>
    public void Wake() => _port.Wake();

    /// <inheritdoc/>
    public void Dispose()
    {
        _port.Dispose();
        Flush();
        try
        {
            _stream.Dispose();
        }
        catch (IOException exception)
        {
            Failure ??= exception;
        }
    }

    private void Flush()
    {
        lock (_writing)
        {
            if (_isFlushed || Failure is not null)
                return;
            try
            {
                _isFlushed = true;
                _stream.Flush();
            }
            catch (IOException exception)
            {
                Failure = exception;
            }
        }
    }
}
