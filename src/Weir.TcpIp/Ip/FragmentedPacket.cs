using System.Buffers;

namespace Weir.TcpIp.Ip;

/// <summary>The fragments of one packet, each byte at its place, and which ranges have come.</summary>
internal sealed class FragmentedPacket(FragmentKey key, TimeSpan deadline)
{
    /// <summary>Room for the header in front of the data.</summary>
    private const int HeaderRoom = 60;

    /// <summary>More holes than this nobody's network makes; 65535 bytes are 46 fragments of 1480.</summary>
    private const int MaxRuns = 64;

    private const int MaxPacket = ushort.MaxValue;
    private const int SmallestBuffer = 2048;

    /// <summary>What an entry costs without its buffer, in the table's account.</summary>
    private const int Overhead = 256;

    private readonly List<(int Start, int End)> _runs = new(4);
    private byte[]? _bytes;
    private int _headerLength;
    private int _end = -1;
    private int _ecnSeen;

    public FragmentKey Key { get; } = key;

    public TimeSpan Deadline { get; } = deadline;

    public LinkedListNode<FragmentedPacket>? Node { get; set; }

    /// <summary>Something contradicted something: nothing of it is believed (RFC 5722 3).</summary>
    public bool IsSpoiled { get; private set; }

    public bool HasFirst => _headerLength > 0;

    public bool IsComplete => HasFirst && _runs.Count == 1 && _runs[0] == (0, _end);

    public int Memory => (_bytes?.Length ?? 0) + Overhead;

    /// <summary>The header and all data.</summary>
    public Span<byte> Whole => _bytes.AsSpan(HeaderRoom - _headerLength, _headerLength + _end);

    /// <summary>The header and what came first, for an ICMP error.</summary>
    public ReadOnlySpan<byte> First => _bytes.AsSpan(HeaderRoom - _headerLength, _headerLength + (_runs.Count > 0 && _runs[0].Start == 0 ? _runs[0].End : 0));

    /// <summary>RFC 3168 5.3: congestion experienced beside fragments of a packet that can't carry the mark.</summary>
    public bool MixesCongestionMarks => (_ecnSeen & 0b1000) != 0 && (_ecnSeen & 0b0001) != 0;

    public IpDropReason Add(ReadOnlySpan<byte> header, int offset, bool more, ReadOnlySpan<byte> data, byte ecn)
    {
        if (IsSpoiled)
            return IpDropReason.FragmentOverlap;
        int end = offset + data.Length;
        int most = MaxPacket - (Packets.IpAddressBits.IsIpv4(Key.Source) ? header.Length : 0);
        if (end > most || (_end >= 0 && (end > _end || (!more && end != _end))) || (!more && _runs.Count > 0 && _runs[^1].End > end))
            return Spoil(IpDropReason.FragmentMalformed);

        // The place among the runs: all before it end at or before the offset.
        int at = 0;
        while (at < _runs.Count && _runs[at].End <= offset)
            at++;
        if (at < _runs.Count && _runs[at].Start < end)
        {
            // The network may repeat a fragment (RFC 8200 4.5): the same bytes again say nothing new.
            bool repeats = _runs[at].Start <= offset && _runs[at].End >= end && data.SequenceEqual(_bytes.AsSpan(HeaderRoom + offset, data.Length));
            return repeats ? IpDropReason.None : Spoil(IpDropReason.FragmentOverlap);
        }

        Store(offset, data);
        Insert(at, offset, end);
        if (_runs.Count > MaxRuns)
            return Spoil(IpDropReason.FragmentMalformed);
        if (!more)
            _end = end;
        _ecnSeen |= 1 << ecn;
        if (offset == 0)
        {
            header.CopyTo(_bytes.AsSpan(HeaderRoom - header.Length));
            _headerLength = header.Length;
        }

        // The first one's options may be more than those of the others (RFC 791 3.1): IPv4's length counts them.
        if (HasFirst && Packets.IpAddressBits.IsIpv4(Key.Source) && _headerLength + _runs[^1].End > MaxPacket)
            return Spoil(IpDropReason.FragmentMalformed);
        if (IsComplete && (_ecnSeen & 0b1000) != 0)
            MarkCongestion();
        return IpDropReason.None;
    }

    /// <summary>Gives the memory back: nothing of the packet may be read any more.</summary>
    public void Release()
    {
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
    }

    private IpDropReason Spoil(IpDropReason reason)
    {
        IsSpoiled = true;
        _runs.Clear();
        Release();
        _headerLength = 0;
        return reason;
    }

    private void Store(int offset, ReadOnlySpan<byte> data)
    {
        int needed = HeaderRoom + offset + data.Length;
        if (_bytes is null || _bytes.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, SmallestBuffer));
            if (_bytes is not null)
            {
                _bytes.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(_bytes);
            }

            _bytes = larger;
        }

        data.CopyTo(_bytes.AsSpan(HeaderRoom + offset));
    }

    private void Insert(int at, int start, int end)
    {
        bool joinsLeft = at > 0 && _runs[at - 1].End == start;
        bool joinsRight = at < _runs.Count && _runs[at].Start == end;
        if (joinsLeft && joinsRight)
        {
            _runs[at - 1] = (_runs[at - 1].Start, _runs[at].End);
            _runs.RemoveAt(at);
        }
        else if (joinsLeft)
        {
            _runs[at - 1] = (_runs[at - 1].Start, end);
        }
        else if (joinsRight)
        {
            _runs[at] = (start, _runs[at].End);
        }
        else
        {
            _runs.Insert(at, (start, end));
        }
    }

    /// <summary>RFC 3168 5.3: one marked fragment marks the whole. IPv4 has the bits in its second byte, IPv6 in bits 4 and 5 of its.</summary>
    private void MarkCongestion()
    {
        Span<byte> header = Whole;
        if (header[0] >> 4 == 4)
            header[1] |= 0b11;
        else
            header[1] |= 0b11 << 4;
    }
}
