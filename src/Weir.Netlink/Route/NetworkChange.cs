namespace Weir.Netlink.Route;

/// <summary>Something that the kernel told of a namespace's links and addresses.</summary>
public abstract record NetworkChange;

/// <summary>A link is new, or something of it changed.</summary>
public sealed record LinkChanged(Link Link) : NetworkChange;

/// <summary>A link is gone: deleted, or moved to another namespace.</summary>
public sealed record LinkGone(Link Link) : NetworkChange;

public sealed record AddressAdded(LinkAddress Address) : NetworkChange;

public sealed record AddressGone(LinkAddress Address) : NetworkChange;

/// <summary>The reader was too slow and changes are lost: list again what matters.</summary>
public sealed record ChangesLost : NetworkChange;
