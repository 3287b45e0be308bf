using System.Net;

namespace Weir.Rules.Ip.Json;

/// <summary>One object of <c>addr_info</c> in <c>ip -j address</c> (iproute2's <c>ip/ipaddress.c</c> print_addrinfo).</summary>
internal static class AddressJson
{
    internal static AddressEntry Parse(Members members, string device, IpNameTables names)
    {
        var family = members.Text("family");
        var address = new AddressEntry
        {
            Device = device,
            Local = members.Address("local") ?? throw new LineException("An address has a member 'local'."),
            Peer = members.Address("address"),
            Metric = members.Number("metric"),
            Broadcast = members.Address("broadcast"),
            Scope = (byte)(members.Named("scope", names.Scopes, byte.MaxValue) ?? 0),
            Flags = AddressText.TakeFlags(members) | (members.Hex("ifa_flags") ?? 0),
            Protocol = members.Text("protocol") is { } protocol ? AddressText.ProtocolOf(protocol) : (byte)0,
            Label = members.Text("label") ?? "",
            ValidLifetime = members.Number("valid_life_time") ?? uint.MaxValue,
            PreferredLifetime = members.Number("preferred_life_time") ?? uint.MaxValue,
        };
        if (family != (address.IsIPv6 ? "inet6" : "inet"))
            throw new LineException($"'family' takes {(address.IsIPv6 ? "inet6" : "inet")} for {IpAddressText.Of(address.Local)}.");
        return address with { PrefixLength = (int)(members.Number("prefixlen", address.IsIPv6 ? 128u : 32u) ?? (address.IsIPv6 ? 128u : 32u)) };
    }
}
