using Weir.Netlink.Route;

namespace Weir.Host;

/// <summary>A route as text that is equal for equal routes: everything that lasts, nothing that counts down.</summary>
public static class RouteIdentity
{
    public static string Of(IpRoute route) => State.RouteText.Line(route, index => $"if{index}");
}
