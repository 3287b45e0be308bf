using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Enforcer.Identification;

/// <summary>DNS: a header (RFC 1035 4.1.1) whose counts make sense and a first question whose name is well formed.</summary>
internal static class DnsSignature
{
    private const int HeaderSize = 12;
    private const int LongestName = 255;

    /// <summary>One UDP datagram, from either end.</summary>
    public static SignatureMatch MatchDatagram(ReadOnlySpan<byte> message) =>
        MatchMessage(message) == SignatureMatch.Yes ? SignatureMatch.Yes : SignatureMatch.No;

    /// <summary>The start of a TCP stream: a length, then a message (RFC 1035 4.2.2).</summary>
    public static SignatureMatch MatchStream(ReadOnlySpan<byte> client)
    {
        if (client.Length < 2)
            return SignatureMatch.NeedMore;
        int length = ReadUInt16BigEndian(client);
        if (length < HeaderSize + 5)
            return SignatureMatch.No;
        ReadOnlySpan<byte> message = client[2..];
        bool complete = message.Length >= length;
        SignatureMatch match = MatchMessage(complete ? message[..length] : message);
        return complete && match == SignatureMatch.NeedMore ? SignatureMatch.No : match;
    }

    private static SignatureMatch MatchMessage(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderSize)
            return message.Length >= 4 && !IsPlausible(message) ? SignatureMatch.No : SignatureMatch.NeedMore;
        bool response = (message[2] & 0x80) != 0;
        int questions = ReadUInt16BigEndian(message[4..]);
        int answers = ReadUInt16BigEndian(message[6..]);
        int authorities = ReadUInt16BigEndian(message[8..]);
        int additional = ReadUInt16BigEndian(message[10..]);
        if (!IsPlausible(message) || questions != 1 || additional > 64 || authorities > 256 || (!response && answers > 256))
            return SignatureMatch.No;
        return MatchQuestion(message[HeaderSize..]);
    }

    /// <summary>The flags: opcode 0 to 2 and 4 to 6 exist, the Z bit is zero, and only a response has a result code.</summary>
    private static bool IsPlausible(ReadOnlySpan<byte> message)
    {
        int opcode = (message[2] >> 3) & 0x0F;
        bool response = (message[2] & 0x80) != 0;
        return opcode is 0 or 1 or 2 or 4 or 5 or 6 && (message[3] & 0x40) == 0 && (response || (message[3] & 0x0F) == 0);
    }

    private static SignatureMatch MatchQuestion(ReadOnlySpan<byte> question)
    {
        int offset = 0;
        while (true)
        {
            if (offset >= question.Length)
                return SignatureMatch.NeedMore;
            int label = question[offset++];
            if (label == 0)
                break;
            // The first question has nothing before it to point to.
            if (label > 63 || offset + label > LongestName)
                return SignatureMatch.No;
            offset += label;
        }
        if (question.Length - offset < 4)
            return SignatureMatch.NeedMore;
        int type = ReadUInt16BigEndian(question[offset..]);
        // The top bit asks for a unicast answer in multicast DNS, RFC 6762 5.4.
        int @class = ReadUInt16BigEndian(question[(offset + 2)..]) & 0x7FFF;
        return type != 0 && @class is 1 or 3 or 4 or 254 or 255 ? SignatureMatch.Yes : SignatureMatch.No;
    }
}
