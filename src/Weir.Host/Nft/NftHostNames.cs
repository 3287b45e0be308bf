using System.Globalization;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft;

/// <summary>The names of a namespace's links, and of this host's users, groups and services.</summary>
internal sealed class NftHostNames : NftNames
{
    private readonly Lazy<IReadOnlyList<Link>> _links;
    private readonly Lazy<Dictionary<string, uint>> _users = new(() => ReadIds("/etc/passwd"));
    private readonly Lazy<Dictionary<string, uint>> _groups = new(() => ReadIds("/etc/group"));
    private readonly Lazy<Dictionary<string, ushort>> _services = new(ReadServices);

    private readonly IReadOnlyCollection<string> _toCome;

    /// <param name="ns">Whose links.</param>
    /// <param name="toCome">Links that are taken as there although they have no index yet (<see cref="Formats.NamesToCome.Links"/>).</param>
    internal NftHostNames(NetworkNamespace ns, IReadOnlyCollection<string>? toCome = null)
    {
        _toCome = toCome ?? [];
        _links = new Lazy<IReadOnlyList<Link>>(() =>
        {
            using var socket = RouteSocket.Open(ns);
            return socket.Links.List();
        });
    }

    public override uint? LinkIndex(string name) => _links.Value.FirstOrDefault(link => link.Name == name) is { } link ? (uint)link.Index : _toCome.Contains(name) ? 0 : null;

    public override string? LinkName(uint index) => _links.Value.FirstOrDefault(link => link.Index == index)?.Name;

    public override uint? UserId(string name) => _users.Value.TryGetValue(name, out var id) ? id : null;

    public override uint? GroupId(string name) => _groups.Value.TryGetValue(name, out var id) ? id : null;

    public override ushort? Service(string name) => _services.Value.TryGetValue(name, out var port) ? port : base.Service(name);

    /// <summary>passwd(5), group(5): NAME:PASSWORD:ID:…</summary>
    private static Dictionary<string, uint> ReadIds(string path)
    {
        var ids = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (var line in Lines(path))
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                ids.TryAdd(fields[0], id);
        }

        return ids;
    }

    /// <summary>services(5): NAME PORT/PROTOCOL ALIAS…</summary>
    private static Dictionary<string, ushort> ReadServices()
    {
        var services = new Dictionary<string, ushort>(StringComparer.Ordinal);
        foreach (var line in Lines("/etc/services"))
        {
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !ushort.TryParse(words[1].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
                continue;
            services.TryAdd(words[0], port);
            foreach (var alias in words.Skip(2))
                services.TryAdd(alias, port);
        }

        return services;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
