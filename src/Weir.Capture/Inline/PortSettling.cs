using Weir.Capture.Plan;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

/// <summary>Completes a port at leisure: waits for its addresses, takes away what the kernel added by itself, sets every setting that still differs.</summary>
internal static class PortSettling
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    // Derived by the kernel, set by other means, or not to be written at all.
    private static readonly string[] NotWritten = ["/addr_gen_mode", "/stable_secret", "/mc_forwarding", "/mtu"];

    public static void Settle(StepContext context)
    {
        foreach (PortPlan port in context.Details.Ports)
        {
            PortState state = context.State.Ports[port.Id];
            WaitForAddresses(context.WorkloadSocket, port);
            RemoveOwnAddresses(context.WorkloadSocket, port, state);
            WriteSettings(context.Workload!, port, state);
            context.Fault();
            if (state.AddressGeneration is { } mode)
                context.WorkloadSocket.Links.Change(port.Index, new LinkChange { Ipv6AddressGeneration = mode });
        }

        RouteRestore.RemoveStrangers(context);
    }

    /// <summary>Settings that a new device would not have by itself, in the namespace as it is: pairs to write.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Differing(IReadOnlyDictionary<string, string> wanted, IReadOnlyDictionary<string, string> now) =>
        [.. wanted.Where(setting => !NotWritten.Any(name => setting.Key.EndsWith(name, StringComparison.Ordinal)) && now.TryGetValue(setting.Key, out string? value) && value != setting.Value)];

    public static void TryWrite(NetworkNamespace ns, string key, string value)
    {
        try
        {
            Sysctl.Write(ns, key, value);
        }
        catch (LinuxException)
        {
            // Read-only in this namespace, or bound to another setting: verify shows it when it matters.
        }
    }

    private static void WriteSettings(NetworkNamespace workload, PortPlan port, PortState state)
    {
        foreach (KeyValuePair<string, string> setting in Differing(state.Sysctls, PortReader.Settings(workload, port.Name)))
            TryWrite(workload, setting.Key, setting.Value);
    }

    private static void WaitForAddresses(RouteSocket socket, PortPlan port)
    {
        using ManualResetEventSlim never = new();
        TimeSpan start = MonotonicClock.Now;
        while (socket.Addresses.List(port.Index).Any(address => (address.Flags & (uint)AddressFlags.IFA_F_TENTATIVE) != 0) && MonotonicClock.Now - start < Patience)
            never.Wait(Interval, CancellationToken.None);
    }

    private static void RemoveOwnAddresses(RouteSocket socket, PortPlan port, PortState state)
    {
        HashSet<(string, byte)> wanted = [.. state.Addresses.Select(PortConfiguration.Key)];
        foreach (LinkAddress address in socket.Addresses.List(port.Index).Where(address => !wanted.Contains(PortConfiguration.Key(address))))
        {
            try
            {
                socket.Addresses.Delete(address);
            }
            catch (NetlinkException)
            {
                // Gone by itself: an IPv4 secondary goes with its primary.
            }
        }
    }
}
