namespace Weir.Linux;

/// <summary>The per-namespace settings under <c>/proc/sys/net</c>, as <c>sysctl(8)</c> names them, with slashes: <c>net/ipv6/conf/eth0/accept_dad</c>.</summary>
public static class Sysctl
{
    public static string Read(NetworkNamespace ns, string key) => throw new NotImplementedException();

    public static void Write(NetworkNamespace ns, string key, string value) => throw new NotImplementedException();

    /// <summary>All readable settings below a folder, by their full key; empty when the folder does not exist.</summary>
    public static IReadOnlyDictionary<string, string> ReadTree(NetworkNamespace ns, string folder) => throw new NotImplementedException();
}
