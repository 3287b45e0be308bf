using Weir.Netlink.Protocol;

namespace Weir.Netlink.Route;

/// <summary>A request of a <see cref="RouteBatch"/> that the kernel refused.</summary>
/// <param name="Number">The request's place in the batch, counted from 0.</param>
/// <param name="Tag">What was given with the request.</param>
/// <param name="Exception">The kernel's words, with the operation and the request's bytes.</param>
public sealed record RouteRefusal(int Number, object? Tag, NetlinkException Exception);
