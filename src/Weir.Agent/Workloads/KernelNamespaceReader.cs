using System.Net;
using Weir.Linux;
using Weir.Netlink;

namespace Weir.Agent.Workloads;

/// <summary>Reads namespaces through netlink.</summary>
public sealed class KernelNamespaceReader : INamespaceReader
{
    public IReadOnlyList<string> ListNamed() => NetworkNamespace.ListNamed();

    public NamespaceReading? Read(string path)
    {
        // The namespace may go away at any step: then it is not there, which is no error.
        try
        {
            using var ns = NetworkNamespace.OpenPath(path);
            using var socket = RouteSocket.Open(ns);
            return new NamespaceReading(ns.Inode, ReadLinks(socket));
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private static List<WorkloadLink> ReadLinks(RouteSocket socket)
    {
        var addresses = socket.Addresses.List().ToLookup(a => a.LinkIndex, a => a.Address);
        return [.. socket.Links.List().Select(l => new WorkloadLink(l.Index, l.Name, l.Kind, l.Address, l.IsUp, Ordered(addresses[l.Index])))];
    }

    private static List<IPAddress> Ordered(IEnumerable<IPAddress> addresses)
        => [.. addresses.OrderBy(a => a.AddressFamily).ThenBy(a => a.ToString(), StringComparer.Ordinal)];
}
