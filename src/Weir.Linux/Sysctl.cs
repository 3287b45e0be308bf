namespace Weir.Linux;

/// <summary>The per-namespace settings under <c>/proc/sys/net</c>, as <c>sysctl(8)</c> names them, with slashes: <c>net/ipv6/conf/eth0/accept_dad</c>.</summary>
public static class Sysctl
{
    private const string Root = "/proc/sys/";

    /// <summary>The value without its trailing line end. <see cref="LinuxException"/>: ENOENT, no such setting (or no such link).</summary>
    public static string Read(NetworkNamespace ns, string key)
    {
        var path = PathOf(key);
        return ns.Run(() => SettingFile.Read(path) is var (text, errno) && errno == 0 ? text : throw new LinuxException($"read sysctl {key} in {ns.Name}", errno));
    }

    public static void Write(NetworkNamespace ns, string key, string value) => Write(ns, [new(key, value)]);

    /// <summary>Writes several settings in order, in one visit to the namespace; stops at the first that is refused.</summary>
    public static void Write(NetworkNamespace ns, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        var paths = settings.Select(setting => PathOf(setting.Key)).ToArray();
        ns.Run(() =>
        {
            for (var i = 0; i < paths.Length; i++)
            {
                if (SettingFile.Write(paths[i], settings[i].Value) is var errno and not 0)
                    throw new LinuxException($"write sysctl {settings[i].Key} = {settings[i].Value} in {ns.Name}", errno);
            }
        });
    }

    /// <summary>All readable settings below a folder, by their full key, in ordinal order; empty when the folder does not exist.</summary>
    public static IReadOnlyDictionary<string, string> ReadTree(NetworkNamespace ns, string folder)
    {
        var path = PathOf(folder);
        return ns.Run(() =>
        {
            var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
            if (Directory.Exists(path))
                ReadFolder(path, values);
            return values;
        });
    }

    private static void ReadFolder(string folder, SortedDictionary<string, string> values)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            // Write-only settings (route/flush) and ones without a value yet (stable_secret) have nothing to read.
            if (SettingFile.Read(file) is var (text, errno) && errno == 0)
                values[file[Root.Length..]] = text;
        }

        foreach (var inner in Directory.EnumerateDirectories(folder))
            ReadFolder(inner, values);
    }

    private static string PathOf(string key)
    {
        if (!key.StartsWith("net/", StringComparison.Ordinal) || key.Split('/').Any(part => part is "" or "." or ".."))
            throw new ArgumentException($"'{key}' is not a network setting: write it as net/ipv4/conf/eth0/forwarding", nameof(key));
        return Root + key;
    }
}
