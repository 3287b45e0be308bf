// Lists the links of a network namespace, adds a veth pair to it, and takes it away again.
// sudo dotnet run --project samples/Links -- [NAMESPACE]
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

using var ns = args is [var name] ? NetworkNamespace.OpenNamed(name) : NetworkNamespace.OpenCurrent();
using var socket = RouteSocket.Open(ns);

try
{
    socket.Links.AddVeth(new VethEnd { Name = "sample0" }, new VethEnd { Name = "sample1" });
    Show();
    socket.Links.Delete(socket.Links.Get("sample0")!.Index);
    return 0;
}
catch (NetlinkException refused)
{
    // What was tried, the kernel's error number and its own words: "add link sample0: File exists (errno 17)".
    Console.Error.WriteLine(refused.Message);
    return 1;
}

void Show()
{
    foreach (var link in socket.Links.List())
        Console.WriteLine($"{link.Index}: {link.Name} {link.Kind} mtu {link.Mtu}");
}
