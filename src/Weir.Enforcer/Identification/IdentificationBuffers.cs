using Weir.Enforcer.Sessions;

namespace Weir.Enforcer.Identification;

/// <summary>A bounded pool for first bytes that come in several segments. When it is empty, a session is judged by its first segment alone.</summary>
internal sealed class IdentificationBuffers(int count)
{
    private const int Size = ProtocolIdentifier.ClientBytes + ProtocolIdentifier.ServerBytes;

    private readonly byte[]?[] _buffers = new byte[]?[count];
    private readonly short[] _free = [.. Enumerable.Range(0, count).Select(i => (short)i)];
    private readonly uint[] _clientNext = new uint[count];
    private readonly uint[] _serverNext = new uint[count];
    private int _available = count;

    /// <summary>A buffer's number, or -1.</summary>
    public short Rent()
    {
        if (_available == 0)
            return -1;
        short number = _free[--_available];
        _buffers[number] ??= new byte[Size];
        return number;
    }

    public void Return(short number) => _free[_available++] = number;

    /// <summary>Adds a segment that follows what is there; others (sent again, out of order) are left out.</summary>
    public void Append(ref Session session, Sender sender, ReadOnlySpan<byte> payload, uint sequence)
    {
        bool isClient = sender == Sender.Client;
        ref uint next = ref isClient ? ref _clientNext[session.Buffer] : ref _serverNext[session.Buffer];
        ref ushort used = ref isClient ? ref session.ClientBuffered : ref session.ServerBuffered;
        if (used > 0 && sequence != next)
            return;
        Span<byte> room = (isClient ? ClientOf(session.Buffer) : ServerOf(session.Buffer))[used..];
        int taken = Math.Min(payload.Length, room.Length);
        payload[..taken].CopyTo(room);
        used += (ushort)taken;
        next = sequence + (uint)payload.Length;
    }

    public Span<byte> ClientOf(short number) => _buffers[number].AsSpan(0, ProtocolIdentifier.ClientBytes);

    public Span<byte> ServerOf(short number) => _buffers[number].AsSpan(ProtocolIdentifier.ClientBytes, ProtocolIdentifier.ServerBytes);
}
