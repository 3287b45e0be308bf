namespace Weir.Netlink.TrafficControl.Disciplines;

/// <summary>What is said of a qdisc beyond its kind and place.</summary>
public abstract record QdiscOptions;
