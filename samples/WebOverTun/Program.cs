// A web server whose TCP is the program's own. The kernel sees only a TUN device, and has 10.9.0.1 on its side of it:
// sudo dotnet run --project samples/WebOverTun, and then: curl http://10.9.0.2/
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.Stack.Kestrel;
using Weir.TcpIp.Ip;

using var ns = NetworkNamespace.OpenCurrent();
await using var stack = TcpStack.StartTun(ns, new TunQueueOptions { Name = "weir0" }, new TcpStackOptions { Addresses = [IpPrefix.Parse("10.9.0.2/24")] });

// The kernel's side of the device. The device goes with the stack, and its address with it.
using (var route = RouteSocket.Open(ns))
{
    var device = route.Links.Get("weir0")!;
    route.Addresses.Add(new LinkAddress { LinkIndex = device.Index, Address = IPAddress.Parse("10.9.0.1"), PrefixLength = 24 });
    route.Links.Change(device.Index, new LinkChange { Up = true });
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 80));
builder.Services.AddSingleton<IConnectionListenerFactory>(new StackTransportFactory(stack));
var application = builder.Build();
application.Run(context => context.Response.WriteAsync($"hello {context.Connection.RemoteIpAddress}, this is {context.Connection.LocalIpAddress}\n"));
await application.RunAsync();
