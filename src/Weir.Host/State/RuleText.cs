using System.Net.Sockets;
using System.Text;
using Weir.Netlink;
using Weir.Netlink.Route;

namespace Weir.Host.State;

/// <summary>Policy routing rules as <c>ip rule show</c> shows them, in the order of their evaluation.</summary>
internal static class RuleText
{
    private static readonly Dictionary<byte, string> Actions = new() { [3] = "nop", [6] = "blackhole", [7] = "unreachable", [8] = "prohibit" };

    public static IReadOnlyList<string> Read(RouteSocket socket) =>
    [
        .. socket.Rules.List(AddressFamily.InterNetwork).Select(Line),
        .. socket.Rules.List(AddressFamily.InterNetworkV6).Select(Line),
    ];

    private static string Line(RoutingRule rule)
    {
        StringBuilder line = new($"{(rule.Family == AddressFamily.InterNetworkV6 ? "inet6" : "inet")} {rule.Priority}:");
        if ((rule.Flags & 2) != 0)
            line.Append(" not");
        line.Append(rule.Source is null ? " from all" : $" from {rule.Source}/{rule.SourceLength}");
        if (rule.Destination is not null)
            line.Append($" to {rule.Destination}/{rule.DestinationLength}");
        if (rule.Mark != 0 || rule.Mask is not uint.MaxValue and not 0)
            line.Append($" fwmark 0x{rule.Mark:x}/0x{rule.Mask:x}");
        if (rule.InputLink.Length > 0)
            line.Append($" iif {rule.InputLink}");
        if (rule.OutputLink.Length > 0)
            line.Append($" oif {rule.OutputLink}");
        line.Append(rule.Action switch
        {
            1 => $" lookup {rule.Table}",
            2 => $" goto {rule.GotoPriority}",
            _ => $" {Actions.GetValueOrDefault(rule.Action) ?? $"action {rule.Action}"}",
        });
        if (rule.SuppressPrefixLength is { } length)
            line.Append($" suppress_prefixlength {length}");
        if (rule.Protocol != 0)
            line.Append($" proto {rule.Protocol}");
        return line.ToString();
    }
}
