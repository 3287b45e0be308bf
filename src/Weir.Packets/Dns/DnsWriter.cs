using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets.Dns;

/// <summary>Writes a DNS message from front to back, without compression; the counts are filled in by <see cref="Finish"/>.</summary>
/// <remarks>The buffer must be large enough: writing beyond it throws, as for every span.</remarks>
public ref struct DnsWriter
{
    private const ushort InternetClass = 1;

    private readonly Span<byte> buffer;
    private DnsHeader header;
    private int written;

    public DnsWriter(Span<byte> buffer, ushort id, ushort flags)
    {
        this.buffer = buffer;
        header = new DnsHeader(id, flags, 0, 0, 0, 0);
        written = DnsHeader.Size;
    }

    public void WriteQuestion(ReadOnlySpan<char> name, DnsRecordType type, ushort @class = InternetClass)
    {
        WriteName(name);
        Write16((ushort)type);
        Write16(@class);
        header = header with { Questions = (ushort)(header.Questions + 1) };
    }

    public void WriteQuestion(DnsQuestion question)
    {
        written += question.Name.WriteTo(buffer[written..]);
        Write16((ushort)question.Type);
        Write16(question.Class);
        header = header with { Questions = (ushort)(header.Questions + 1) };
    }

    /// <summary>An A or AAAA answer, as the address is.</summary>
    public void WriteAddress(ReadOnlySpan<char> name, UInt128 address, uint timeToLive)
    {
        bool isIpv4 = IpAddressBits.IsIpv4(address);
        Span<byte> data = stackalloc byte[16];
        WriteUInt128BigEndian(data, address);
        WriteName(name);
        WriteFixed(isIpv4 ? DnsRecordType.A : DnsRecordType.AAAA, InternetClass, timeToLive, isIpv4 ? data[12..] : data);
        Count(DnsSection.Answer);
    }

    public void WriteCanonicalName(ReadOnlySpan<char> name, ReadOnlySpan<char> target, uint timeToLive)
    {
        WriteName(name);
        WriteFixed(DnsRecordType.CNAME, InternetClass, timeToLive, []);
        int start = written;
        WriteName(target);
        WriteUInt16BigEndian(buffer[(start - 2)..], (ushort)(written - start));
        Count(DnsSection.Answer);
    }

    /// <summary>Copies a record. Names inside its data are copied as they are, so the data must not be compressed.</summary>
    public void WriteRecord(DnsRecord record)
    {
        written += record.Name.WriteTo(buffer[written..]);
        WriteFixed(record.Type, record.Class, record.TimeToLive, record.Data);
        Count(record.Section);
    }

    /// <summary>Completes the header and returns the message.</summary>
    public readonly ReadOnlySpan<byte> Finish()
    {
        header.WriteTo(buffer);
        return buffer[..written];
    }

    private void WriteName(ReadOnlySpan<char> name)
    {
        foreach (Range range in name.Split('.'))
        {
            ReadOnlySpan<char> label = name[range];
            if (label.IsEmpty)
            {
                continue;
            }

            buffer[written] = (byte)Encoding.ASCII.GetBytes(label, buffer[(written + 1)..]);
            written += 1 + label.Length;
        }

        buffer[written++] = 0;
    }

    private void WriteFixed(DnsRecordType type, ushort @class, uint timeToLive, scoped ReadOnlySpan<byte> data)
    {
        Write16((ushort)type);
        Write16(@class);
        WriteUInt32BigEndian(buffer[written..], timeToLive);
        written += 4;
        Write16((ushort)data.Length);
        data.CopyTo(buffer[written..]);
        written += data.Length;
    }

    private void Write16(ushort value)
    {
        WriteUInt16BigEndian(buffer[written..], value);
        written += 2;
    }

    private void Count(DnsSection section) => header = section switch
    {
        DnsSection.Answer => header with { Answers = (ushort)(header.Answers + 1) },
        DnsSection.Authority => header with { Authorities = (ushort)(header.Authorities + 1) },
        _ => header with { Additionals = (ushort)(header.Additionals + 1) },
    };
}
