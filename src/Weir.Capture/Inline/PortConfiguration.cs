using System.Net.Sockets;
using Weir.Capture.Plan;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Gives the link that has come into the workload what the one before it had: settings, up, addresses. Adds only what is missing.</summary>
internal static class PortConfiguration
{
    private const byte NoAddressGeneration = 1;
    private const int EEXIST = 17;

    public static void Apply(StepContext context, PortPlan port, PortState state)
    {
        RouteSocket socket = context.WorkloadSocket;
        WriteSettings(context.Workload!, port, state);
        context.Fault();
        // No address is made by the kernel meanwhile: all come from the list, in its order.
        socket.Links.Change(port.Index, new LinkChange { Ipv6AddressGeneration = state.AddressGeneration is null ? null : NoAddressGeneration });
        if (state.Up)
            socket.Links.Change(port.Index, new LinkChange { Up = true });
        context.Fault();
        AddAddresses(socket, port, state);
        context.Fault();
    }

    public static IReadOnlyList<string> Commands(PlanText text, PortPlan port, PortState state) =>
    [
        .. Settings(port, state).Select(setting => $"ip netns exec {text.Workload} sysctl -w {setting.Key.Replace('/', '.')}={setting.Value}"),
        .. state.Up ? new[] { text.InWorkload($"link set {port.Name} up") } : [],
        .. state.Addresses.Select(address => text.InWorkload($"address add {address.Address}/{address.PrefixLength} dev {port.Name}")),
    ];

    /// <summary>Without duplicate address detection for a moment: the addresses are usable at once, and carry no flag of it.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Settings(PortPlan port, PortState state) =>
        state.AddressGeneration is null ? state.OwnSysctls : [.. state.OwnSysctls, new($"net/ipv6/conf/{port.Name}/accept_dad", "0")];

    private static void WriteSettings(NetworkNamespace workload, PortPlan port, PortState state)
    {
        KeyValuePair<string, string>[] settings = [.. Settings(port, state)];
        try
        {
            Sysctl.Write(workload, settings);
        }
        catch (LinuxException)
        {
            // One of them is not writable here: the others one by one; what remains different is seen when settling.
            foreach (KeyValuePair<string, string> setting in settings)
                PortSettling.TryWrite(workload, setting.Key, setting.Value);
        }
    }

    private static void AddAddresses(RouteSocket socket, PortPlan port, PortState state)
    {
        HashSet<(string, byte)> present = [.. socket.Addresses.List(port.Index).Select(Key)];
        // The kernel lists IPv6 addresses newest first, IPv4 oldest first.
        IEnumerable<LinkAddress> ordered = state.Addresses.Where(address => !IsIPv6(address)).Concat(state.Addresses.Where(IsIPv6).Reverse());
        foreach (LinkAddress address in ordered.Where(address => !present.Contains(Key(address))))
        {
            try
            {
                socket.Addresses.Add(address with { LinkIndex = port.Index });
            }
            catch (NetlinkException exception) when (exception.Errno == EEXIST)
            {
                // The kernel was quicker.
            }
        }
    }

    internal static (string, byte) Key(LinkAddress address) => (address.Address.ToString(), address.PrefixLength);

    private static bool IsIPv6(LinkAddress address) => address.Address.AddressFamily == AddressFamily.InterNetworkV6;
}
