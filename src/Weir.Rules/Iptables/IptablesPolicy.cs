namespace Weir.Rules.Iptables;

/// <summary>The verdict at the end of a built-in chain. The numbers are the kernel's NF_DROP and NF_ACCEPT, the names the tool's.</summary>
public enum IptablesPolicy : byte
{
    DROP = 0,
    ACCEPT = 1,
}
