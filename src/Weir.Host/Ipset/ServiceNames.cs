using System.Globalization;

namespace Weir.Host.Ipset;

/// <summary>Ports by the names of /etc/services, services(5).</summary>
internal static class ServiceNames
{
    private const string File = "/etc/services";

    private static readonly Lazy<Dictionary<(string Name, string Protocol), ushort>> Ports = new(() => Parse(Lines()));

    internal static ushort? Find(string name, string protocol) => Ports.Value.TryGetValue((name, protocol), out var port) ? port : null;

    /// <summary><c>http 80/tcp www # comment</c></summary>
    internal static Dictionary<(string Name, string Protocol), ushort> Parse(IEnumerable<string> lines)
    {
        var ports = new Dictionary<(string Name, string Protocol), ushort>();
        foreach (var line in lines)
        {
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[1].Split('/') is not [var number, var protocol] || !ushort.TryParse(number, CultureInfo.InvariantCulture, out var port))
                continue;
            foreach (var name in words.Where((_, i) => i != 1))
                ports.TryAdd((name, protocol), port);
        }

        return ports;
    }

    private static string[] Lines()
    {
        try
        {
            return System.IO.File.ReadAllLines(File);
        }
        catch (IOException)
        {
            // A host without it knows numbers only.
            return [];
        }
    }
}
