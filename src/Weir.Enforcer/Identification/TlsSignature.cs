using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Enforcer.Identification;

/// <summary>TLS: a handshake record with a ClientHello (RFC 8446 4.1.2, 5.1), and the server name in it (RFC 6066 3).</summary>
internal static class TlsSignature
{
    private const int RecordHeader = 5;
    private const int HandshakeHeader = 4;
    private const int VersionAndRandom = 34;

    public static SignatureMatch Match(ReadOnlySpan<byte> client)
    {
        if (client.Length > 0 && client[0] != 22 || client.Length > 1 && client[1] != 3 || client.Length > 2 && client[2] > 4)
            return SignatureMatch.No;
        if (client.Length >= RecordHeader && ReadUInt16BigEndian(client[3..]) is < HandshakeHeader or > 1 << 14)
            return SignatureMatch.No;
        if (client.Length > RecordHeader)
            return client[RecordHeader] == 1 ? SignatureMatch.Yes : SignatureMatch.No;
        return SignatureMatch.NeedMore;
    }

    /// <summary>The server name of a ClientHello. <see cref="SignatureMatch.NeedMore"/>: it may still come; No: there is none, or the message is not well formed.</summary>
    /// <remarks>A message that goes on in a second record is read as far as the first goes.</remarks>
    public static SignatureMatch FindServerName(ReadOnlySpan<byte> client, out ReadOnlySpan<byte> name)
    {
        name = default;
        var walk = new Walk(client);
        if (!walk.Skip(RecordHeader + HandshakeHeader + VersionAndRandom) || !walk.SkipVector(1) || !walk.SkipVector(2) || !walk.SkipVector(1) || !walk.Skip(2))
            return walk.Ended;
        while (walk.TryRead(2, out int type))
        {
            if (type != 0)
            {
                if (!walk.SkipVector(2))
                    break;
                continue;
            }
            if (!walk.Skip(2 + 2) || !walk.TryRead(1, out int nameType) || !walk.TryRead(2, out int length) || !walk.TryTake(length, out ReadOnlySpan<byte> found))
                break;
            if (nameType != 0 || found.IsEmpty || !Prefix.IsVisible(found))
                return SignatureMatch.No;
            name = found;
            return SignatureMatch.Yes;
        }
        return walk.Ended;
    }

    /// <summary>A cursor that knows whether it stopped because the record ended or because its rest has not come yet.</summary>
    private ref struct Walk
    {
        private readonly ReadOnlySpan<byte> _record;
        private readonly bool _complete;
        private int _offset;

        public Walk(ReadOnlySpan<byte> client)
        {
            int record = client.Length >= RecordHeader ? RecordHeader + ReadUInt16BigEndian(client[3..]) : int.MaxValue;
            _complete = client.Length >= record;
            _record = _complete ? client[..record] : client;
        }

        public readonly SignatureMatch Ended => _complete ? SignatureMatch.No : SignatureMatch.NeedMore;

        public bool Skip(int count) => TryTake(count, out _);

        public bool SkipVector(int lengthBytes) => TryRead(lengthBytes, out int length) && Skip(length);

        public bool TryRead(int bytes, out int value)
        {
            value = 0;
            if (!TryTake(bytes, out ReadOnlySpan<byte> digits))
                return false;
            foreach (byte digit in digits)
                value = (value << 8) | digit;
            return true;
        }

        public bool TryTake(int count, out ReadOnlySpan<byte> taken)
        {
            taken = default;
            if (_record.Length - _offset < count)
                return false;
            taken = _record.Slice(_offset, count);
            _offset += count;
            return true;
        }
    }
}
