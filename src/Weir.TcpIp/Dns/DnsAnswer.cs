using System.Text;
using Weir.Packets;
using Weir.Packets.Dns;
using Weir.TcpIp.Ip;

namespace Weir.TcpIp.Dns;

/// <summary>What a message means to who asked.</summary>
internal enum DnsOutcome : byte
{
    /// <summary>It answers another question, or is no answer at all.</summary>
    NotOurs,
    Addresses,
    NoAddress,
    NoSuchName,
    /// <summary>It did not fit into the datagram.</summary>
    Truncated,
    /// <summary>This server can't say.</summary>
    Failure,
}

/// <summary>Reads the answer to a question for addresses: RFC 1035 4.1, aliases followed within the message.</summary>
internal static class DnsAnswer
{
    /// <summary>A longer chain of aliases is a loop, or as good as one.</summary>
    private const int MaxAliases = 16;

    /// <summary>More than anybody tries.</summary>
    private const int MaxAddresses = 64;

    private const ushort InternetClass = 1;
    private const ushort RecursionAvailable = 0x0080;
    private const byte NameError = 3;
    private const int AnswersOffset = 6;
    private const int QuestionSize = 4;

    public static DnsOutcome Read(ReadOnlySpan<byte> bytes, ushort id, string name, DnsRecordType type, List<UInt128> addresses)
    {
        // A truncated one may end anywhere: only its header and its question are looked at.
        if (!IsAnswer(bytes, id, name, type, out DnsHeader header))
            return DnsOutcome.NotOurs;
        if (header.IsTruncated)
            return DnsOutcome.Truncated;
        if (header.ResponseCode is not (0 or NameError) || DnsMessage.Parse(bytes, out DnsMessage message) != PacketError.None)
            return DnsOutcome.Failure;
        Collect(message, name, type, addresses);
        if (addresses.Count > 0)
            return DnsOutcome.Addresses;
        if (header.ResponseCode == NameError)
            return DnsOutcome.NoSuchName;

        // Who does not look for others' names knows nothing of this one (a referral, RFC 1034 4.3.1).
        bool isUseless = message.Header.Answers == 0 && (header.Flags & RecursionAvailable) == 0;
        return isUseless ? DnsOutcome.Failure : DnsOutcome.NoAddress;
    }

    /// <summary>RFC 5452 9.1: the id, and the question as it was asked. The header's counts are those of questions only.</summary>
    private static bool IsAnswer(ReadOnlySpan<byte> bytes, ushort id, string name, DnsRecordType type, out DnsHeader header)
    {
        header = default;
        if (bytes.Length < DnsHeader.Size)
            return false;
        Span<byte> beginning = stackalloc byte[DnsHeader.Size + DnsName.MaxLength + QuestionSize];
        beginning = beginning[..Math.Min(bytes.Length, beginning.Length)];
        bytes[..beginning.Length].CopyTo(beginning);
        beginning[AnswersOffset..DnsHeader.Size].Clear();
        if (DnsMessage.Parse(beginning, out DnsMessage head) != PacketError.None)
            return false;
        header = head.Header;
        if (header.Id != id || !header.IsResponse || header.Opcode != 0 || header.Questions != 1)
            return false;
        DnsMessage.QuestionList.Enumerator questions = head.Questions.GetEnumerator();
        return questions.MoveNext() && questions.Current.Type == type && questions.Current.Class == InternetClass && questions.Current.Name.Is(name);
    }

    private static void Collect(in DnsMessage message, string name, DnsRecordType type, List<UInt128> addresses)
    {
        // Names as they are on the wire: a length is below every letter, so that case can be disregarded byte by byte (RFC 4343).
        Span<byte> wanted = stackalloc byte[DnsName.MaxLength];
        Span<byte> owner = stackalloc byte[DnsName.MaxLength];
        bool first = true;
        int length = 0;
        for (int aliases = 0; aliases <= MaxAliases; aliases++)
        {
            bool isAlias = false;
            foreach (DnsRecord record in message.Answers)
            {
                bool isOwned = first ? record.Name.Is(name) : Ascii.EqualsIgnoreCase(owner[..record.Name.WriteTo(owner)], wanted[..length]);
                if (!isOwned || record.Class != InternetClass)
                    continue;
                if (record.Type == DnsRecordType.CNAME)
                {
                    length = record.Target.WriteTo(wanted);
                    isAlias = true;
                    break;
                }

                if (record.Type == type && record.TryGetAddress(out UInt128 address) && IsUsable(address, type) && addresses.Count < MaxAddresses)
                    addresses.Add(address);
            }

            if (!isAlias || addresses.Count > 0)
                return;
            first = false;
        }
    }

    /// <summary>RFC 4942 2.2: an IPv4 address in an IPv6 record would be taken for what it is not.</summary>
    private static bool IsUsable(UInt128 address, DnsRecordType type) =>
        IpAddressBits.IsIpv4(address) == (type == DnsRecordType.A) && !AddressKinds.IsUnspecified(address);
}
