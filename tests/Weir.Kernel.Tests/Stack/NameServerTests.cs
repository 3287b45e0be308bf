using System.Net;
using System.Net.Sockets;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>The stack's own questions for names, put to dnsmasq.</summary>
public class NameServerTests
{
    [Theory, InlineData(1), InlineData(2)]
    public async Task A_name_server_is_asked_and_what_it_names_is_connected_to(int queues)
    {
        RootTier.Require("ip", "dnsmasq");
        await using var host = new StackOnTun(queues: queues);
        using var folder = new ScratchFolder();
        var hosts = folder.Write("hosts", string.Concat(Enumerable.Range(1, 60).Select(number => $"192.0.2.{number} many.test\n")));
        host.Host.Start(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts", $"--addn-hosts={hosts}", "--local=/test/",
            "--host-record=web.test,10.9.0.1,fd09::1", "--host-record=four.test,10.9.0.1", "--cname=alias.test,web.test");
        host.Host.WaitForUdp(53);
        using var listener = host.KernelListener(new IPEndPoint(StackOnTun.Kernel6, 80));
        var within = StackOnTun.Within(30);

        Assert.Equal([StackOnTun.Kernel6, StackOnTun.Kernel], await host.Stack.ResolveAsync("web.test", within));
        Assert.Equal([StackOnTun.Kernel6, StackOnTun.Kernel], await host.Stack.ResolveAsync("ALIAS.test.", within));
        Assert.Equal([StackOnTun.Kernel], await host.Stack.ResolveAsync("four.test", within));
        Assert.Equal(60, (await host.Stack.ResolveAsync("many.test", within)).Distinct().Count());
        Assert.Equal(SocketError.HostNotFound, (await Assert.ThrowsAsync<SocketException>(async () => await host.Stack.ResolveAsync("none.test", within))).SocketErrorCode);

        // Nobody looks for other names: dnsmasq refuses.
        Assert.Equal(SocketError.TryAgain, (await Assert.ThrowsAsync<SocketException>(async () => await host.Stack.ResolveAsync("example.org", within))).SocketErrorCode);

        await using var stream = await host.Stack.ConnectAsync(new DnsEndPoint("alias.test", 80), within);
        using var accepted = await listener.AcceptAsync(within);
        Assert.Equal(StackOnTun.Ours6, ((IPEndPoint)accepted.RemoteEndPoint!).Address);
    }
}
