namespace Weir.Rules.Nft;

/// <summary>A part of a statement: what is looked at (a selector), what it is compared with, or how one is calculated from the other.</summary>
public abstract record NftTerm
{
    private NftTerm()
    {
    }

    public sealed override string ToString() => NftPrinter.Term(this);

    /// <summary>A constant as it stands in the text: <c>80</c>, <c>0x00000111</c>, <c>10.0.0.1</c>, <c>established</c>, <c>"eth0"</c>.</summary>
    public sealed record Word(string Text, bool IsQuoted = false) : NftTerm;

    /// <summary><c>10.0.0.0/8</c>; in <c>snat ip prefix to</c> too.</summary>
    public sealed record Prefix(NftTerm Address, int Length) : NftTerm;

    /// <summary><c>80-90</c>, both ends belong to it.</summary>
    public sealed record Range(NftTerm From, NftTerm To) : NftTerm;

    /// <summary><c>established,related</c>.</summary>
    public sealed record List(IReadOnlyList<NftTerm> Items) : NftTerm;

    /// <summary><c>ip saddr . tcp dport</c>, <c>10.0.0.1 . 80</c>.</summary>
    public sealed record Concatenation(IReadOnlyList<NftTerm> Parts) : NftTerm;

    /// <summary><c>{ 80, 443 }</c>, or the elements of a map.</summary>
    public sealed record Set(IReadOnlyList<NftElement> Elements) : NftTerm;

    /// <summary><c>@name</c>.</summary>
    public sealed record SetReference(string Name) : NftTerm;

    /// <summary><c>meta mark &amp; 0x000000ff</c>. Operators: <c>&amp; | ^ &lt;&lt; &gt;&gt;</c>.</summary>
    public sealed record Operation(string Operator, NftTerm Left, NftTerm Right) : NftTerm;

    /// <summary><c>tcp dport map { 80 : 1, 90 : 2 }</c>.</summary>
    public sealed record Map(NftTerm Key, NftTerm Mappings) : NftTerm;

    /// <summary><c>accept</c>, <c>jump CHAIN</c>.</summary>
    public sealed record Verdict(string Kind, string? Chain = null) : NftTerm;

    /// <summary><c>ip saddr</c>, <c>tcp dport</c>: a field of a header.</summary>
    public sealed record Payload(string Protocol, string Field) : NftTerm;

    /// <summary><c>@th,0,16</c>: bits of a packet.</summary>
    /// <param name="Base"><c>ll</c>, <c>nh</c>, <c>th</c>, <c>ih</c>.</param>
    /// <param name="Offset">In bits.</param>
    /// <param name="Length">In bits.</param>
    public sealed record RawPayload(string Base, int Offset, int Length) : NftTerm;

    /// <summary><c>meta mark</c>, <c>iifname</c>.</summary>
    public sealed record Meta(string Key) : NftTerm;

    /// <summary><c>ct state</c>, <c>ct original ip saddr</c>.</summary>
    public sealed record Ct(string Key, string? Direction = null) : NftTerm;

    /// <summary><c>fib saddr . iif oif</c>.</summary>
    public sealed record Fib(IReadOnlyList<string> Tuple, string Result) : NftTerm;

    /// <summary><c>numgen inc mod 2 offset 100</c>.</summary>
    public sealed record Numgen(string Mode, uint Modulus, uint Offset = 0) : NftTerm;

    /// <summary><c>jhash ip saddr mod 4 seed 0xff offset 1</c>; without a key, <c>symhash mod 4</c>.</summary>
    public sealed record Hash(NftTerm? Key, uint Modulus, uint? Seed = null, uint Offset = 0) : NftTerm;

    /// <summary><c>socket transparent</c>, <c>socket cgroupv2 level 1</c>.</summary>
    public sealed record Socket(string Key, uint? Level = null) : NftTerm;

    /// <summary><c>tcp option maxseg size</c>; without a field, whether the option is there.</summary>
    public sealed record TcpOption(string Option, string? Field) : NftTerm;

    /// <summary><c>frag id</c>, <c>exthdr hbh</c>: a field of an IPv6 extension header; without a field, whether the header is there.</summary>
    public sealed record ExtensionHeader(string Header, string? Field) : NftTerm;

    /// <summary><c>rt classid</c>, <c>rt ip nexthop</c>, <c>rt mtu</c>.</summary>
    public sealed record Route(string Key) : NftTerm;
}
