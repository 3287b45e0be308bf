using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using Weir.Agent;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.Cli.Rules;
using Weir.Cli.Tun;
using Weir.Host.Tun;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Route;
using Weir.Netlink.Route.Kinds;
using Weir.Packets;
using Weir.Stack;
using Weir.Stack.Devices;
using Weir.TcpIp.Ip;
using Weir.TcpIp.Tcp;

namespace Weir.Cli.Tcp;

/// <summary>The device and the address of a command that runs Weir's own TCP/IP stack.</summary>
internal sealed class StackParameters
{
    /// <summary>A server answers within a second or two; a bridge port that learns first takes 30 before it lets anything through.</summary>
    private static readonly TimeSpan DhcpPatience = TimeSpan.FromSeconds(60);

    private readonly Option<string> _device = TunParameters.Device();
    private readonly Option<InterfaceAddress?> _address = TunParameters.Address("The stack's own address, and the length of its network's prefix");
    private readonly Option<bool> _dhcp = new("--dhcp") { Description = "Instead of --address: a DHCP server lends it, with router and name servers; for a TAP device on a bridge" };
    private readonly Option<IPAddress?> _gateway = new("--gateway")
    {
        Description = "Where the stack sends what is not for its network [default: the host's address on the device]",
        HelpName = "A",
        CustomParser = result => ParseAddress(result, result.Tokens[0].Value),
    };

    private readonly Option<IPAddress?[]> _dns = new("--dns")
    {
        Description = "A name server, asked through the stack; once for each, in order [default: the DHCP server's, or as the host does]",
        HelpName = "A",
        CustomParser = result => [.. result.Tokens.Select(token => ParseAddress(result, token.Value))],
    };

    private readonly Option<int?> _mtu = TunParameters.Mtu("the device's, or 1500", least: 576);
    private readonly Option<string> _offload = new("--offload")
    {
        Description = "Exchange segments of up to 64 KiB and unfinished checksums with the kernel (IFF_VNET_HDR)",
        HelpName = "on|off",
        DefaultValueFactory = _ => "on",
    };

    private readonly Option<string?> _napi = new("--napi")
    {
        Description = "The kernel puts the stack's segments together, as a card's driver does (IFF_NAPI, GRO) [default: on without --offload]",
        HelpName = "on|off",
    };

    private readonly Option<string?> _pcap = new("--pcap") { Description = "Write all packets to a file that tcpdump -r and Wireshark read", HelpName = "FILE" };
    private readonly Option<int?> _stats = WholeNumber.Option("--stats", "Every N seconds, 1 to 3600, print the connections to standard error, as ss -ti does", least: 1, most: 3600, "seconds");
    private readonly Option<bool> _tap = new("--tap") { Description = "A device that is made is a TAP device" };
    private readonly Option<string?> _at = RulesPlace.Option();

    internal StackParameters()
    {
        _offload.TakesOneOf("on", "off");
        _napi.TakesOneOf("on", "off");
    }

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_device, _address, _dhcp, _gateway, _dns, _mtu, _offload, _napi, _tap, _pcap, _stats, _at])
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_address) is not null == result.GetValue(_dhcp))
                result.AddError("Give the stack --address, or --dhcp.");
        });
    }

    /// <summary>Opens the device and starts the stack on it.</summary>
    internal async Task<RunningStack> StartAsync(Invocation invocation)
    {
        var arguments = invocation.Arguments;
        var (name, own) = (arguments.GetRequiredValue(_device), arguments.GetValue(_address));
        using var ns = RulesPlace.Open(arguments.GetValue(_at));
        using var socket = RouteSocket.Open(ns);
        var link = socket.Links.Get(name);
        var kind = link?.ReadKind() as TunKind;
        if (link is not null && kind is null)
            throw new AgentException(AgentProblem.Request, $"{name} is no TUN or TAP device.", ["'weir tun list' has those that are there."]);

        var mode = kind is null ? arguments.GetValue(_tap) ? TunMode.Tap : TunMode.Tun : kind.Tap ? TunMode.Tap : TunMode.Tun;
        if (own is null && mode == TunMode.Tun)
            throw new AgentException(AgentProblem.Request, "A DHCP server is asked over Ethernet: --dhcp takes a TAP device.", [$"ip tuntap add {name} mode tap; ip link set {name} master BRIDGE"]);
        var mtu = arguments.GetValue(_mtu) ?? link?.Mtu ?? 1500;
        var offload = arguments.GetValue(_offload) == "on";
        var napi = arguments.GetValue(_napi) is { } word ? word == "on" : !offload;
        var queue = TunQueue.Open(ns, new TunQueueOptions { Name = name, Mode = mode, Mtu = mtu, Offload = offload, Napi = napi, MultiQueue = kind?.MultiQueue ?? false });
        TcpStack stack;
        IPAddress? peer;
        try
        {
            peer = Configure(socket, name, own, mtu, isNew: link is null);
            stack = TcpStack.Start(Captured(queue, arguments.GetValue(_pcap), invocation.Clock), new TcpStackOptions
            {
                Name = name,
                Addresses = own is null ? [] : [new IpPrefix(IpAddressBits.From(own.Address), own.PrefixLength)],
                Dhcp = own is null,
                Gateway = arguments.GetValue(_gateway) ?? (mode == TunMode.Tap ? peer : null),
                NameServers = [.. (arguments.GetValue(_dns) ?? []).OfType<IPAddress>()],
            });
        }
        catch
        {
            queue.Dispose();
            throw;
        }

        own ??= await LeasedAsync(stack, name, invocation);
        return new RunningStack(stack, queue, own, peer, arguments.GetValue(_stats) is { } seconds ? ConnectionReport.Start(stack, TimeSpan.FromSeconds(seconds), invocation) : null);
    }

    private static IPAddress? ParseAddress(ArgumentResult result, string text)
    {
        if (IPAddress.TryParse(text, out var address))
            return address;
        result.AddError($"{Words.Quoted(text)} is no address.");
        return null;
    }

    /// <summary>Ends the stack when nobody lends it an address.</summary>
    private static async Task<InterfaceAddress> LeasedAsync(TcpStack stack, string device, Invocation invocation)
    {
        using var patience = new CancellationTokenSource(DhcpPatience, invocation.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, invocation.Cancel);
        try
        {
            var address = (await stack.LeaseAsync(both.Token)).Address;
            return new InterfaceAddress(IpAddressBits.ToIPAddress(address.Address), (byte)address.Length);
        }
        catch (Exception exception)
        {
            await stack.DisposeAsync();
            if (exception is OperationCanceledException && patience.IsCancellationRequested)
                throw new AgentException(AgentProblem.Host, $"No DHCP server has answered on {device} within {DhcpPatience.TotalSeconds:0} s.", [$"Is {device} on a bridge where one is? 'bridge link' shows it."], exception);
            throw;
        }
    }

    private static IPacketPort Captured(TunQueue queue, string? path, TimeProvider clock)
    {
        if (path is null)
            return queue;
        try
        {
            return new PcapngPort(queue, File.Create(path, 1 << 16), clock);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(AgentProblem.Request, $"{path} can't be written: {exception.Message}", exception);
        }
    }

    /// <summary>A device that is there keeps its addresses; a new one gets one of the network for the host, that is not the stack's.</summary>
    /// <param name="own">Null: a DHCP server will say it.</param>
    /// <returns>The host's address on the device; null when it has none of the stack's network.</returns>
    private static IPAddress? Configure(RouteSocket socket, string name, InterfaceAddress? own, int mtu, bool isNew)
    {
        var link = socket.Links.Get(name)!;
        if (isNew || link.Mtu != mtu)
            socket.Links.Change(link.Index, new LinkChange { Mtu = mtu, TransmitQueueLength = isNew ? QueueLength(mtu) : null });
        if (isNew && own is not null)
            socket.Addresses.Add(new LinkAddress { LinkIndex = link.Index, Address = HostAddress(own), PrefixLength = own.PrefixLength, Flags = own.Address.AddressFamily == AddressFamily.InterNetworkV6 ? NoDuplicateDetection : 0 });

        if (!link.IsUp)
            socket.Links.Change(link.Index, new LinkChange { Up = true });
        if (own is null)
            return null;
        var network = TunSetup.NetworkOf(own.Address, own.PrefixLength);
        return socket.Addresses.List(link.Index).FirstOrDefault(address => address.Address.AddressFamily == own.Address.AddressFamily && TunSetup.NetworkOf(address.Address, own.PrefixLength).Equals(network))?.Address;
    }

    /// <summary>IFA_F_NODAD: there is nobody else on the device.</summary>
    private const uint NoDuplicateDetection = 2;

    /// <summary>Packets that wait for the stack: as many as a connection's window may hold. Of more than fit (the kernel's own length is 500) the rest is lost, and the sender slows down for nothing.</summary>
    private static int QueueLength(int mtu)
    {
        const int least = 500, headers = 40;
        return Math.Max(least, TcpProfile.Default.MaxReceiveCapacity / (mtu - headers));
    }

    /// <summary>The network's first address, or the second when the first is the stack's.</summary>
    private static IPAddress HostAddress(InterfaceAddress own)
    {
        var bytes = TunSetup.NetworkOf(own.Address, own.PrefixLength).GetAddressBytes();
        var isTwo = own.PrefixLength >= (bytes.Length * 8) - 1;
        bytes[^1] += (byte)(isTwo ? 0 : 1);
        if (new IPAddress(bytes).Equals(own.Address))
            bytes[^1]++;
        return new IPAddress(bytes);
    }
}
