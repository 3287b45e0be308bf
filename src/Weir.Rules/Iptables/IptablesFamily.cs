namespace Weir.Rules.Iptables;

/// <summary>Which of the two tools: <c>iptables</c> or <c>ip6tables</c>. The numbers are the kernel's NFPROTO_.</summary>
public enum IptablesFamily : byte
{
    IPv4 = 2,
    IPv6 = 10,
}
