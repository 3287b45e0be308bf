using Weir.Linux;
using Weir.Netlink.Ipset;
using Weir.Netlink.Protocol;

namespace Weir.Host.Iptables;

/// <summary>The sets of a namespace by name and number; asks the kernel when it is first asked.</summary>
/// <param name="toCome">Sets that are taken as there although they have no number yet (<see cref="Formats.NamesToCome.Sets"/>): they have 0.</param>
internal sealed class SetNames(NetworkNamespace ns, IReadOnlyCollection<string> toCome) : IDisposable
{
    private readonly Dictionary<string, Answer> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string?> _names = [];
    private SetIndexes? _indexes;

    /// <summary>Null when there is no such set, or no sets at all.</summary>
    internal ushort? Find(string name)
    {
        if (!_numbers.TryGetValue(name, out var answer))
            _numbers[name] = answer = Ask(indexes => indexes.Find(name) is { } found ? new Answer(found.Index) : null) ?? new Answer(toCome.Contains(name) ? (ushort)0 : null);
        return answer.Number;
    }

    /// <summary>Null when no set has the number.</summary>
    internal string? NameOf(ushort number)
    {
        if (!_names.TryGetValue(number, out var name))
            _names[number] = name = Ask(indexes => indexes.NameOf(number));
        return name;
    }

    public void Dispose() => _indexes?.Dispose();

    private T? Ask<T>(Func<SetIndexes, T?> question)
        where T : class
    {
        try
        {
            return question(_indexes ??= SetIndexes.Open(ns));
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOPROTOOPT)
        {
            // A kernel without ipset has no sets.
            return null;
        }
    }

    private sealed record Answer(ushort? Number);
}
