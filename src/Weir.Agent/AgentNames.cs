using System.Security.Cryptography;
using System.Text;

namespace Weir.Agent;

/// <summary>Names that follow from where an agent lives.</summary>
public static class AgentNames
{
    /// <summary>Every namespace that a Weir makes has this name, or it and a dash before the rest.</summary>
    public const string NamespacePrefix = "weir";

    /// <summary><c>weir</c> for the default state directory, else <c>weir-</c> and six hexadecimal digits of the full path's SHA-256.</summary>
    public static string NamespaceFor(string stateDirectory)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(stateDirectory));
        if (full == AgentOptions.DefaultStateDirectory)
        {
            return NamespacePrefix;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(full));
        return $"{NamespacePrefix}-" + Convert.ToHexStringLower(hash.AsSpan(0, 3));
    }
}
