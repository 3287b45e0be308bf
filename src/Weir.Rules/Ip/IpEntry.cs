using System.Net.Sockets;

namespace Weir.Rules.Ip;

/// <summary>What a line says is to be done.</summary>
public enum IpVerb
{
    /// <summary>The line is of a listing: it shall be there. What is there already is no error, as with <c>ip route restore</c>.</summary>
    List,
    Add,
    Replace,
    Change,
    Append,
    Prepend,
    Delete,
    /// <summary><c>ip link set</c>.</summary>
    Set,
}

/// <summary>One thing that a text of <c>ip</c> speaks of.</summary>
public abstract record IpEntry
{
    public IpVerb Verb { get; init; }
}

/// <summary>A prompt with a command that lists something: what follows is its output.</summary>
/// <param name="Subject"><c>rule</c>, <c>route</c>, <c>address</c>, <c>link</c>, <c>neighbour</c>; <c>batch</c> for <c>ip -batch</c>, behind which commands follow.</param>
/// <param name="Family">Unspecified when neither -4 nor -6 is said.</param>
/// <param name="Table">The table whose routes follow, which their lines do not name; null when each names its own.</param>
public sealed record IpListing(string Subject, AddressFamily Family, uint? Table) : IpEntry;
