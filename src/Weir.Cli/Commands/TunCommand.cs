using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Weir.Agent;
using Weir.Cli.Output;
using Weir.Cli.Rules;
using Weir.Cli.Tun;
using Weir.Host.Tun;
using Weir.Linux;
using Weir.Netlink;

namespace Weir.Cli.Commands;

/// <summary><c>weir tun add|delete|list</c></summary>
internal static class TunCommand
{
    private static readonly TimeSpan DefaultRtoMin = TimeSpan.FromMilliseconds(10);

    public static Command Create(CommandHost host)
    {
        var command = new Command("tun", "Makes, deletes and lists TUN and TAP devices, for programs that bring their own TCP/IP stack.")
        {
            CreateAdd(host),
            CreateDelete(host),
            CreateList(host),
        };
        return command.WithExamples("weir tun add tun144 --address 169.254.144.1/24 --nat-mark 144", "weir tun list", "weir tun delete tun144");
    }

    private static Command CreateAdd(CommandHost host)
    {
        var name = TunParameters.Name();
        var address = TunParameters.Address("The host's address on the device, and the length of its network's prefix");
        address.Required = true;
        var mark = new Option<uint?>("--nat-mark")
        {
            Description = "Let what comes from the device's network out under the host's addresses, known by this mark of its connections (CONNMARK in PREROUTING, MASQUERADE in POSTROUTING of table nat)",
            HelpName = "N",
            CustomParser = result => TunParameters.ParseMark(result),
        };
        var owner = new Option<string?>("--owner") { Description = "Who may open the device without root: a user's name or number", HelpName = "USER" };
        var rto = new Option<TimeSpan?>("--rto-min")
        {
            Description = "The least retransmission time-out of the host's own connections to the device's network (IPv4), 1ms to 120s; none leaves it to the kernel [default: 10ms]",
            HelpName = "TIME",
            CustomParser = result => TunParameters.ParseTime(result),
        };
        var mtu = TunParameters.Mtu();
        var tap = new Option<bool>("--tap") { Description = "A TAP device: Ethernet frames instead of IP packets" };
        var queues = new Option<bool>("--multi-queue") { Description = "The device may be opened once for each queue" };
        var at = RulesPlace.Option();
        var command = host.Command("add", "Makes a persistent device with its address, route and masquerading; all of it, or nothing when a step is refused.", RunAsync)
            .WithExamples("weir tun add tun144 --address 169.254.144.1/24 --nat-mark 144", "weir tun add tun144 --address 169.254.144.1/24 --nat-mark 144 --owner student --rto-min 10ms", "weir tun add tap0 --tap --address 10.9.0.1/24 --at web");
        command.Add(name);
        foreach (var option in (Option[])[address, mark, owner, rto, mtu, tap, queues, at])
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(mark) is { Implicit: false } && result.GetResult(address)?.Tokens is [var given] && InterfaceAddress.TryParse(given.Value)?.Address.AddressFamily == AddressFamily.InterNetworkV6)
                result.AddError("--nat-mark is for IPv4 addresses.");
        });
        return command;

        Task<int> RunAsync(Invocation invocation)
        {
            Invocation.RequireRoot();
            var arguments = invocation.Arguments;
            using var ns = RulesPlace.Open(arguments.GetValue(at));
            var wanted = arguments.GetRequiredValue(address)!;
            var least = arguments.GetValue(rto) ?? DefaultRtoMin;
            var settings = new TunSettings
            {
                Name = arguments.GetRequiredValue(name),
                Mode = arguments.GetValue(tap) ? TunMode.Tap : TunMode.Tun,
                Address = wanted.Address,
                PrefixLength = wanted.PrefixLength,
                NatMark = arguments.GetValue(mark),
                Owner = arguments.GetValue(owner) is { } user ? OwnerOf(user) : null,
                RtoMin = least == TimeSpan.Zero ? null : least,
                Mtu = arguments.GetValue(mtu),
                MultiQueue = arguments.GetValue(queues),
            };
            RefuseTaken(ns, settings.Name);
            TunSetup.Add(ns, settings);
            if (invocation.WantsJson)
                invocation.Terminal.Output.WriteLine(JsonSerializer.Serialize(Find(ns, settings.Name), TunJson.Default.TunView));
            else
                invocation.Terminal.Line($"{settings.Name} is up with {wanted}{(settings.NatMark is { } used ? $", masqueraded by mark {used}" : "")}.");
            if (settings.NatMark is not null && Sysctl.Read(ns, "net/ipv4/ip_forward") == "0")
                invocation.Terminal.Note("This namespace forwards nothing yet, so nothing is masqueraded: 'sysctl -w net.ipv4.ip_forward=1' turns it on.");
            return Task.FromResult(ExitCode.Done);
        }
    }

    private static Command CreateDelete(CommandHost host)
    {
        var name = TunParameters.Name();
        var at = RulesPlace.Option();
        var command = host.Command("delete", "Takes a device away, with its address, its route and its masquerading; leaves nothing.", RunAsync)
            .WithExamples("weir tun delete tun144", "weir tun delete tap0 --at web");
        command.Add(name);
        command.Add(at);
        return command;

        Task<int> RunAsync(Invocation invocation)
        {
            Invocation.RequireRoot();
            using var ns = RulesPlace.Open(invocation.Arguments.GetValue(at));
            var device = invocation.Arguments.GetRequiredValue(name);
            try
            {
                if (!TunSetup.Delete(ns, device))
                    throw new AgentException(AgentProblem.NotFound, $"There is no TUN or TAP device {device} in {ns.Name}.", ["'weir tun list' has those that are there."]);
            }
            catch (LinuxException exception) when (exception.Errno == (int)Errno.EBUSY)
            {
                throw new AgentException(AgentProblem.Conflict, $"A program has {device} open; nothing was changed.", ["End it first.", exception.Message], exception);
            }

            if (!invocation.WantsJson)
                invocation.Terminal.Line($"{device} is gone.");
            return Task.FromResult(ExitCode.Done);
        }
    }

    private static Command CreateList(CommandHost host)
    {
        var at = RulesPlace.Option();
        var command = host.Command("list", "Lists TUN and TAP devices, whoever made them.", RunAsync).WithExamples("weir tun list", "weir tun list --at web --json");
        command.Add(at);
        return command;

        Task<int> RunAsync(Invocation invocation)
        {
            Invocation.RequireRoot();
            using var ns = RulesPlace.Open(invocation.Arguments.GetValue(at));
            TunView[] devices = [.. TunSetup.List(ns).Select(TunView.Of)];
            if (invocation.WantsJson)
            {
                invocation.Terminal.Output.WriteLine(JsonSerializer.Serialize(devices, TunJson.Default.TunViewArray));
                return Task.FromResult(ExitCode.Done);
            }

            var table = new TableView("device", "mode", "state", Column.Number("mtu"), "owner", "addresses", "nat");
            foreach (var device in devices)
            {
                table.Add(
                    new Cell(device.Name, Tone.Strong),
                    device.Mode,
                    device.Up ? new Cell("up", Tone.Good) : new Cell("down", Tone.Faint),
                    $"{device.Mtu}",
                    device.Owner is { } owner ? $"{owner}" : new Cell("-", Tone.Faint),
                    string.Join(' ', device.Addresses),
                    device.NatMarks.Count == 0 ? new Cell("-", Tone.Faint) : $"mark {string.Join(' ', device.NatMarks)}");
            }

            invocation.Terminal.Table(table);
            return Task.FromResult(ExitCode.Done);
        }
    }

    private static uint OwnerOf(string user) => TunSetup.FindUser(user) ?? throw new AgentException(AgentProblem.Request, $"There is no user {user} on this host.", ["/etc/passwd has the names; a number is taken as it is."]);

    private static void RefuseTaken(NetworkNamespace ns, string name)
    {
        using var socket = RouteSocket.Open(ns);
        if (socket.Links.Get(name) is { } link)
        {
            throw new AgentException(
                AgentProblem.Conflict,
                $"There is a link {name} in {ns.Name} already; nothing was changed.",
                [link.Kind == "tun" ? $"'weir tun delete {name}' takes it away." : "Choose another name."]);
        }
    }

    private static TunView Find(NetworkNamespace ns, string name) => TunView.Of(TunSetup.List(ns).First(entry => entry.Name == name));
}
