namespace Weir.Rules.Nft.Types;

/// <summary>Names that only a host knows: links, users, services. This one knows none but the host-independent ones.</summary>
public class NftNames
{
    /// <summary>Knows no host's names.</summary>
    public static NftNames None { get; } = new();

    public virtual uint? LinkIndex(string name) => null;

    /// <summary>Null when there is no such link: nft shows the number then.</summary>
    public virtual string? LinkName(uint index) => null;

    public virtual uint? UserId(string name) => name == "root" ? 0 : null;

    public virtual uint? GroupId(string name) => name == "root" ? 0 : null;

    /// <summary>A port by its service's name.</summary>
    public virtual ushort? Service(string name) => name switch
    {
        "ftp" => 21,
        "ssh" => 22,
        "telnet" => 23,
        "smtp" => 25,
        "domain" => 53,
        "bootps" => 67,
        "bootpc" => 68,
        "tftp" => 69,
        "http" => 80,
        "pop3" => 110,
        "ntp" => 123,
        "snmp" => 161,
        "ldap" => 389,
        "https" => 443,
        _ => null,
    };
}
