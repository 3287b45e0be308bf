using Weir.Capture.Journal;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Weir's own named namespace. A file in the state directory says that it is ours: which name, which inode.</summary>
internal sealed class WeirNamespace(CaptureSettings settings)
{
    private readonly string owned = Path.Combine(settings.StateDirectory, "captures", "namespace");

    public string Name { get; } = settings.NamespaceName;

    /// <summary>True while an open data path needs the pipe, captured workloads or not.</summary>
    public bool Held { get; set; }

    public bool Exists => NetworkNamespace.NamedExists(Name);

    /// <summary>Null when there is none, or one that somebody else made.</summary>
    public NetworkNamespace? OpenIfOurs()
    {
        if (!Exists || ReadOwned() is not { } inode)
            return null;
        NetworkNamespace ns;
        try
        {
            ns = NetworkNamespace.OpenNamed(Name);
        }
        catch (LinuxException)
        {
            // A name without its mount: a crash between making the file and mounting it.
            return null;
        }

        // A crash may lie between making the namespace and writing down its inode: then it is still empty.
        if (ns.Inode == inode || (inode == 0 && IsEmpty(ns)))
            return ns;
        ns.Dispose();
        return null;
    }

    /// <summary>True when there is a namespace of that name which is not ours.</summary>
    public bool IsForeign()
    {
        if (!Exists)
            return false;
        using NetworkNamespace? ns = OpenIfOurs();
        return ns is null && ReadOwned() is not 0;
    }

    public void Create()
    {
        using (NetworkNamespace? ours = OpenIfOurs())
        {
            if (ours is not null)
            {
                DurableFile.Replace(owned, $"{Name} {ours.Inode}\n");
                return;
            }
        }

        DurableFile.Replace(owned, $"{Name} 0\n");
        NetworkNamespace.CreateNamed(Name);
        using NetworkNamespace ns = NetworkNamespace.OpenNamed(Name);
        DurableFile.Replace(owned, $"{Name} {ns.Inode}\n");
    }

    /// <summary>Deletes it when no port is left in it and nobody holds it.</summary>
    public void DeleteIfUnused()
    {
        if (Held)
            return;
        if (Exists)
        {
            using (NetworkNamespace? ns = OpenIfOurs())
            {
                if (ns is null && ReadOwned() is not 0)
                    return;
                if (ns is not null && HasPorts(ns))
                    return;
            }

            NetworkNamespace.DeleteNamed(Name);
        }

        if (File.Exists(owned))
            File.Delete(owned);
    }

    public static bool HasPorts(NetworkNamespace ns)
    {
        using RouteSocket socket = RouteSocket.Open(ns);
        return socket.Links.List().Any(link => PortNames.IsPort(link.Name));
    }

    private static bool IsEmpty(NetworkNamespace ns)
    {
        using RouteSocket socket = RouteSocket.Open(ns);
        return socket.Links.List().All(link => link.Index == 1 || link.Kind is not ("veth" or "bridge"));
    }

    /// <summary>The inode that was written down, 0 when a crash came before; null when nothing was.</summary>
    private ulong? ReadOwned() =>
        File.Exists(owned) && File.ReadAllText(owned).Split(' ') is [string name, string inode] && name == Name && ulong.TryParse(inode, out ulong number) ? number : null;
}
