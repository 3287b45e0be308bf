using System.Net;
using Weir.Stack.Devices;
using Weir.Stack.Streams;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;

namespace Weir.Stack.Tests;

/// <summary>Two stacks, a thread each, on a link of memory.</summary>
internal sealed class StackPair : IAsyncDisposable
{
    internal static readonly IPAddress ClientAddress = IPAddress.Parse("10.0.0.1"), ServerAddress = IPAddress.Parse("10.0.0.2");

    /// <param name="stopped">No time passes: what is not sent at once never is, and no thread looks for a packet without being woken.</param>
    internal StackPair(int mtu = 1500, bool offload = false, bool transparent = false, bool serverHasAddresses = true, bool inline = false, long serverMemory = 256 << 20, TcpProfile? clientProfile = null, TimeSpan? clientLinger = null, bool stopped = false)
    {
        var options = stopped ? Stopped : new TcpStackOptions();
        var (first, second) = MemoryPort.CreatePair(new DeviceCapabilities { Medium = DeviceMedium.Ip, Mtu = mtu, TransmitChecksumOffload = offload, MaxSegmentOffload = offload ? 65535 : 0 });
        Client = TcpStack.Start(new HookedPort(first) { KnowsNoTime = stopped }, options with { Name = "client", Addresses = [IpPrefix.Parse("10.0.0.1/24"), IpPrefix.Parse("fd00::1/64")], Profile = clientProfile ?? TcpProfile.Default, Linger = clientLinger ?? TimeSpan.FromSeconds(2) });
        Server = TcpStack.Start(new HookedPort(second) { KnowsNoTime = stopped }, options with { Name = "server", Addresses = serverHasAddresses ? [IpPrefix.Parse("10.0.0.2/24"), IpPrefix.Parse("fd00::2/64")] : [], Transparent = transparent, InlineContinuations = inline, MemoryLimit = serverMemory });
    }

    internal static TcpStackOptions Stopped { get; } = new() { Clock = static () => TimeSpan.FromHours(1), Spin = TimeSpan.Zero };

    internal TcpStack Client { get; }

    internal TcpStack Server { get; }

    internal static CancellationToken Soon => CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token).Token;

    /// <summary>Both ends of a connection.</summary>
    internal async Task<(TcpStream Client, TcpStream Server)> OpenAsync(int port = 80)
    {
        await using var listener = await Server.ListenAsync(new IPEndPoint(IPAddress.Any, port), cancellationToken: Soon);
        var client = await Client.ConnectAsync(new IPEndPoint(ServerAddress, port), Soon);
        return (client, await listener.AcceptAsync(Soon));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
