using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Host.Nft.Writing;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Statements;

/// <summary><c>snat</c>, <c>dnat ip to 10.0.0.2:8080 random</c>, <c>masquerade to :1024-65535</c>, <c>redirect</c>.</summary>
internal static class NatStatement
{
    internal static void Write(NftStatement.Nat nat, NftRuleDraft rule)
    {
        var family = nat.Family switch
        {
            "ip" => NftFamily.Ip,
            "ip6" => NftFamily.Ip6,
            _ => rule.Family,
        };
        if (nat.Kind is "snat" or "dnat")
        {
            if (nat.Address is null && nat.Port is null)
                throw new NftRefused($"{nat.Kind} needs an address or a port");
            if (nat.Address is not null && family is not (NftFamily.Ip or NftFamily.Ip6))
                throw new NftRefused("ip or ip6 must be specified with address for inet tables.");
        }

        var target = new NatTargetWriter(rule);
        if (nat.Address is { } address)
            target.Address(address, family);
        if (nat.Port is { } port)
            target.Port(port);
        var flags = Flags(nat.Flags)
            | (nat.IsPrefix && target.IsAddressRange ? NatFlags.NF_NAT_RANGE_NETMAP : 0)
            | (nat.Port is not null ? NatFlags.NF_NAT_RANGE_PROTO_SPECIFIED : 0);
        rule.Add(Expression(nat.Kind, family, target.Registers, flags));
    }

    internal static NftStatement.Nat Read(NatExpression nat, NftReadRule rule)
    {
        var registers = new NatRegisters { Address = nat.Address, AddressEnd = nat.AddressEnd, Port = nat.Port, PortEnd = nat.PortEnd };
        return Read(nat.Type == NatType.NFT_NAT_SNAT ? "snat" : "dnat", nat.Family, registers, nat.Flags, rule);
    }

    internal static NftStatement.Nat Read(MasqExpression masq, NftReadRule rule) =>
        Read("masquerade", NftFamily.Unspecified, new NatRegisters { Port = masq.Port, PortEnd = masq.PortEnd }, masq.Flags, rule);

    internal static NftStatement.Nat Read(RedirExpression redir, NftReadRule rule) =>
        Read("redirect", NftFamily.Unspecified, new NatRegisters { Port = redir.Port, PortEnd = redir.PortEnd }, redir.Flags, rule);

    internal static void WriteJson(NftStatement.Nat nat, NftJsonWriter json)
    {
        if (nat is { Address: null, Port: null, Flags.Count: 0 })
        {
            json.Null(nat.Kind);
            return;
        }

        json.Named(nat.Kind, () =>
        {
            if (nat.Family.Length != 0)
                json.String("family", nat.Family);
            json.Optional("addr", nat.Address);
            json.Optional("port", nat.Port);
            if (nat.Flags.Count > 0)
                json.Strings("flags", nat.Flags);
            if (nat.IsPrefix)
                json.String("type_flags", "prefix");
        });
    }

    private static NftExpression Expression(string kind, NftFamily family, NatRegisters registers, NatFlags flags) => kind switch
    {
        "masquerade" => new MasqExpression { Flags = flags, Port = registers.Port, PortEnd = registers.PortEnd },
        "redirect" => new RedirExpression { Flags = flags, Port = registers.Port, PortEnd = registers.PortEnd },
        _ => new NatExpression(kind == "snat" ? NatType.NFT_NAT_SNAT : NatType.NFT_NAT_DNAT, family)
        {
            Address = registers.Address,
            AddressEnd = registers.AddressEnd,
            Port = registers.Port,
            PortEnd = registers.PortEnd,
            Flags = flags,
        },
    };

    private static NftStatement.Nat Read(string kind, NftFamily addressFamily, NatRegisters registers, NatFlags flags, NftReadRule rule)
    {
        var target = new NatTargetReader(rule);
        target.Read(registers, addressFamily);
        var family = (addressFamily, rule.Family) switch
        {
            (NftFamily.Ip, NftFamily.Inet) => "ip",
            (NftFamily.Ip6, NftFamily.Inet) => "ip6",
            _ => "",
        };
        return new NftStatement.Nat(kind)
        {
            Family = target.Address is not null || target.Port is not null ? family : "",
            IsPrefix = (flags & NatFlags.NF_NAT_RANGE_NETMAP) != 0,
            Address = target.Address,
            Port = target.Port,
            Flags = Words(flags),
        };
    }

    private static NatFlags Flags(IReadOnlyList<string> words) => words.Aggregate((NatFlags)0, (sum, word) => sum | word switch
    {
        "random" => NatFlags.NF_NAT_RANGE_PROTO_RANDOM,
        "fully-random" => NatFlags.NF_NAT_RANGE_PROTO_RANDOM_FULLY,
        _ => NatFlags.NF_NAT_RANGE_PERSISTENT,
    });

    private static List<string> Words(NatFlags flags)
    {
        var words = new List<string>();
        if ((flags & NatFlags.NF_NAT_RANGE_PROTO_RANDOM) != 0)
            words.Add("random");
        if ((flags & NatFlags.NF_NAT_RANGE_PROTO_RANDOM_FULLY) != 0)
            words.Add("fully-random");
        if ((flags & NatFlags.NF_NAT_RANGE_PERSISTENT) != 0)
            words.Add("persistent");
        return words;
    }
}
