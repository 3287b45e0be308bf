using System.Net;
using System.Net.Sockets;
using Weir.Packets;
using Weir.Stack.Devices;
using Weir.TcpIp.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;
using Weir.TcpIp.Tcp.Listening;

namespace Weir.Stack.Tests;

/// <summary>A stack with a thread for each of several queues, whose packets come to any of them.</summary>
public class SeveralQueuesTests
{
    private const int Queues = 3;

    /// <summary>What is answered on another queue is not asked for again on the right one.</summary>
    private static readonly TcpConnectOptions Once = new() { RemoteAddress = IpAddressBits.From(StackPair.ServerAddress), RemotePort = 80, Profile = TcpProfile.Default with { InitialRto = TimeSpan.FromMinutes(10) } };

    [Fact]
    public async Task What_comes_to_another_queue_than_the_connections_is_passed_on()
    {
        await using var hosts = new Hosts();
        await using var listener = await hosts.One.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var serving = Task.WhenAll(Enumerable.Range(0, 9).Select(async _ =>
        {
            await using var served = await listener.AcceptAsync(StackPair.Soon);
            await served.CopyToAsync(served, StackPair.Soon);
            served.CloseWrite();
        }));

        await Task.WhenAll(Enumerable.Range(0, 9).Select(async number =>
        {
            await using var stream = await hosts.Many.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
            var sent = new byte[100_000];
            new Random(number).NextBytes(sent);
            var sending = stream.WriteAsync(sent, StackPair.Soon);
            var received = new byte[sent.Length];
            await stream.ReadExactlyAsync(received, StackPair.Soon);
            await sending;
            Assert.Equal(sent, received);
            stream.CloseWrite();
            Assert.Equal(0, await stream.ReadAsync(received, StackPair.Soon));
        }));
        await serving;
    }

    [Fact]
    public async Task Each_queue_opens_from_ports_of_its_own_and_a_given_port_says_which_it_is()
    {
        await using var hosts = new Hosts();
        await using var listener = await hosts.One.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var residues = new HashSet<int>();
        for (var i = 0; i < Queues; i++)
        {
            await using var stream = await hosts.Many.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
            residues.Add(stream.LocalEndPoint.Port % Queues);
        }

        Assert.Equal(Queues, residues.Count);
        for (ushort port = 5000; port < 5000 + Queues; port++)
        {
            await using var stream = await hosts.Many.ConnectAsync(new TcpConnectOptions { RemoteAddress = IpAddressBits.From(StackPair.ServerAddress), RemotePort = 80, LocalPort = port }, StackPair.Soon);
            Assert.Equal(port, stream.LocalEndPoint.Port);
        }
    }

    [Fact]
    public async Task A_refusal_reaches_who_asked_and_closed_ports_refuse_once()
    {
        await using var hosts = new Hosts();
        for (var i = 0; i < 2 * Queues; i++)
        {
            var refused = await Assert.ThrowsAsync<SocketException>(async () => await hosts.Many.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 81), StackPair.Soon));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
            refused = await Assert.ThrowsAsync<SocketException>(async () => await hosts.One.ConnectAsync(new IPEndPoint(StackPair.ClientAddress, 81), StackPair.Soon));
            Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        }
    }

    [Fact]
    public async Task An_ICMP_error_reaches_who_asked_whatever_queue_it_comes_to()
    {
        await using var hosts = new Hosts();
        await using var listener = await hosts.One.ListenAsync(new IPEndPoint(IPAddress.Any, 80), new StackListenOptions { Decide = _ => ValueTask.FromResult(AcceptDecision.Unreachable) }, StackPair.Soon);
        for (var i = 0; i < 2 * Queues; i++)
        {
            var unreachable = await Assert.ThrowsAsync<SocketException>(async () => await hosts.Many.ConnectAsync(Once, StackPair.Soon));
            Assert.Equal(SocketError.HostUnreachable, unreachable.SocketErrorCode);
        }
    }

    [Fact]
    public async Task Connections_of_all_queues_are_listed()
    {
        await using var hosts = new Hosts();
        await using var listener = await hosts.One.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        var ports = new List<int>();
        for (var i = 0; i < Queues; i++)
            ports.Add((await hosts.Many.ConnectAsync(Once, StackPair.Soon)).LocalEndPoint.Port);
        Assert.Equal(ports.Order(), hosts.Many.ListConnections().Select(connection => connection.LocalEndPoint.Port).Order());
    }

    [Fact]
    public async Task Names_are_asked_for_over_tcp_whose_answers_find_their_queue()
    {
        await using var hosts = new Hosts();
        await using var listener = await hosts.One.ListenAsync(new IPEndPoint(IPAddress.Any, 53), cancellationToken: StackPair.Soon);
        for (var i = 0; i < 2 * Queues; i++)
        {
            var resolving = hosts.Many.ResolveAsync("a.test", StackPair.Soon);
            await using var server = await listener.AcceptAsync(StackPair.Soon);
            var question = new byte[2 + 24];
            await server.ReadExactlyAsync(question, StackPair.Soon);

            // One answer: the name again, A, IN, a minute, four bytes.
            question[1] = 24 + 16;
            (question[4], question[5], question[9]) = (0x81, 0x80, 1);
            await server.WriteAsync((byte[])[.. question, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7], StackPair.Soon);
            Assert.Equal([IPAddress.Parse("192.0.2.7")], await resolving);
        }
    }

    [Fact]
    public async Task A_queue_that_sleeps_is_woken_for_what_came_to_another_one()
    {
        await using var hosts = new Hosts(DeviceMedium.Ip, stopped: true);
        await ConnectManyAsync(hosts, StackPair.ServerAddress);
    }

    [Theory]
    [InlineData("10.0.0.2")]
    [InlineData("fd00::2")]
    public async Task Neighbors_are_known_to_all_queues_whatever_queue_they_answer_to(string address)
    {
        await using var hosts = new Hosts(DeviceMedium.Ethernet, stopped: true);
        await ConnectManyAsync(hosts, IPAddress.Parse(address));
    }

    [Fact]
    public async Task No_port_is_closed_while_a_thread_runs_that_passes_on_to_it()
    {
        var ports = Enumerable.Range(0, Queues).Select(_ => new HookedPort(MemoryPort.CreatePair().First)).ToList();
        var running = new List<int>();
        foreach (var port in ports)
            port.Disposing = () => running.Add(ports.Count(other => other.Thread is not { IsAlive: false }));
        var stack = TcpStack.Start(ports, new TcpStackOptions { Name = "many" });
        Weir.Testing.Eventually.True(TimeSpan.FromSeconds(20), () => ports.TrueForAll(port => port.Thread is not null), "all run");
        await stack.DisposeAsync();
        Assert.Equal([0, 0, 0], running);
    }

    private static async Task ConnectManyAsync(Hosts hosts, IPAddress address)
    {
        await using var listener = await hosts.One.ListenAsync(new IPEndPoint(IPAddress.Any, 80), cancellationToken: StackPair.Soon);
        for (var i = 0; i < 3 * Queues; i++)
        {
            await using var stream = await hosts.Many.ConnectAsync(new IPEndPoint(address, 80), StackPair.Soon);
            await using var served = await listener.AcceptAsync(StackPair.Soon);
            await served.WriteAsync(new byte[1], StackPair.Soon);
            await stream.ReadExactlyAsync(new byte[1], StackPair.Soon);
        }
    }

    private sealed class Hosts : IAsyncDisposable
    {
        internal Hosts(DeviceMedium medium = DeviceMedium.Ip, bool stopped = false)
        {
            var links = Enumerable.Range(0, Queues).Select(_ => MemoryPort.CreatePair(new DeviceCapabilities { Medium = medium, Mtu = 1500 })).ToList();
            var options = stopped ? StackPair.Stopped : new TcpStackOptions();
            Many = TcpStack.Start([.. links.Select(link => new HookedPort(link.First) { KnowsNoTime = stopped })], options with { Name = "many", NameServers = [StackPair.ServerAddress], Addresses = AddressesOf(1, medium) });
            One = TcpStack.Start(new SpreadingPort([.. links.Select(link => link.Second)]), options with { Name = "one", Addresses = AddressesOf(2, medium) });
        }

        // With IPv6, too, there would be two questions for a name.
        private static IReadOnlyList<IpPrefix> AddressesOf(int host, DeviceMedium medium) =>
            medium == DeviceMedium.Ip ? [IpPrefix.Parse($"10.0.0.{host}/24")] : [IpPrefix.Parse($"10.0.0.{host}/24"), IpPrefix.Parse($"fd00::{host}/64")];

        /// <summary>The stack with the queues.</summary>
        internal TcpStack Many { get; }

        internal TcpStack One { get; }

        public async ValueTask DisposeAsync()
        {
            await Many.DisposeAsync();
            await One.DisposeAsync();
        }
    }
}
