using System.Globalization;
using System.Text;
using Weir.Packets;

namespace Weir.TcpIp.Tests.Tcp;

/// <summary>Segments in packetdrill's words: <c>P. 1:1001(1000) ack 1 win 257 &lt;mss 1460,sackOK,TS val 1 ecr 0,wscale 7,sack 1:2&gt;</c>. Numbers count from each side's SYN.</summary>
internal sealed record SegmentText
{
    public required string Flags { get; init; }

    public required long Start { get; init; }

    public required int Length { get; init; }

    public long? Ack { get; init; }

    public int? Window { get; init; }

    public string? Options { get; init; }

    /// <summary>ECN field of the IP header, printed and read as <c>ecn N</c>.</summary>
    public int? Ecn { get; init; }

    public static SegmentText Parse(string text)
    {
        int options = text.IndexOf('<');
        string? optionText = options < 0 ? null : text[(options + 1)..text.IndexOf('>')];
        string[] words = (options < 0 ? text : text[..options]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string range = words[1];
        int colon = range.IndexOf(':'), open = range.IndexOf('(');
        return new SegmentText
        {
            Flags = words[0],
            Start = Number(range[..colon]),
            Length = (int)Number(range[(open + 1)..^1]),
            Ack = Word("ack"),
            Window = (int?)Word("win"),
            Ecn = (int?)Word("ecn"),
            Options = optionText,
        };

        long? Word(string name)
        {
            int index = Array.IndexOf(words, name);
            return index < 0 ? null : Number(words[index + 1]);
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Flags} {Start}:{Start + Length}({Length})");
        if (Ack is not null)
            text.Append(CultureInfo.InvariantCulture, $" ack {Ack}");
        if (Window is not null)
            text.Append(CultureInfo.InvariantCulture, $" win {Window}");
        if (Ecn is not null)
            text.Append(CultureInfo.InvariantCulture, $" ecn {Ecn}");
        if (Options is not null)
            text.Append(CultureInfo.InvariantCulture, $" <{Options}>");
        return text.ToString();
    }

    /// <summary>What this leaves out is not compared.</summary>
    public SegmentText Only(SegmentText actual) => actual with
    {
        Window = Window is null ? null : actual.Window,
        Options = Options is null ? null : actual.Options,
        Ecn = Ecn is null ? null : actual.Ecn,
    };

    public static TcpFlags ReadFlags(string text)
    {
        var flags = TcpFlags.None;
        foreach (char letter in text)
            flags |= letter switch
            {
                'S' => TcpFlags.SYN,
                'F' => TcpFlags.FIN,
                'R' => TcpFlags.RST,
                'P' => TcpFlags.PSH,
                '.' => TcpFlags.ACK,
                'E' => TcpFlags.ECE,
                'W' => TcpFlags.CWR,
                _ => throw new FormatException($"flag {letter}"),
            };
        return flags;
    }

    public static string WriteFlags(TcpFlags flags)
    {
        return Letter(TcpFlags.SYN, "S") + Letter(TcpFlags.FIN, "F") + Letter(TcpFlags.RST, "R") + Letter(TcpFlags.PSH, "P")
            + Letter(TcpFlags.ECE, "E") + Letter(TcpFlags.CWR, "W") + Letter(TcpFlags.ACK, ".");

        string Letter(TcpFlags flag, string letter) => (flags & flag) != 0 ? letter : "";
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
