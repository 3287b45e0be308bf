namespace Weir.TcpIp.Ip;

internal enum AddressState : byte
{
    /// <summary>RFC 4862 5.4: being asked for, not yet ours.</summary>
    Tentative,
    Preferred,
    /// <summary>Another one has it.</summary>
    Duplicate,
}

/// <summary>One of an interface's addresses.</summary>
internal sealed class InterfaceAddress(IpPrefix prefix)
{
    /// <summary>RFC 4862 5.1, RFC 4861 10: one question, and a second to answer it.</summary>
    public static readonly TimeSpan DetectionTime = TimeSpan.FromSeconds(1);

    public IpPrefix Prefix { get; } = prefix;

    public AddressState State { get; set; }

    public TimeSpan Deadline { get; set; }
}
