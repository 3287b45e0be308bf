using Weir.Linux;

namespace Weir.Netlink.Ipset;

/// <summary>ipset's own error numbers, and the common ones, in words: the kernel gives none.</summary>
internal static class IpsetErrors
{
    private const int TypeSpecific = 4352;

    /// <summary>Empty when there is nothing to add to the number.</summary>
    internal static string Explain(IpsetCommand command, int errno, string type) => errno >= TypeSpecific ? OfType(errno, type) : Of(command, errno);

    /// <summary>The number alone does not say what it means.</summary>
    internal static bool DependsOnType(int errno) => errno >= TypeSpecific;

    private static string Of(IpsetCommand command, int errno) => ((IpsetError)errno, command) switch
    {
        ((IpsetError)Errno.ENOENT, IpsetCommand.IPSET_CMD_SWAP) => "one of the sets does not exist",
        ((IpsetError)Errno.ENOENT, _) => "there is no set of this name",
        ((IpsetError)Errno.EEXIST, IpsetCommand.IPSET_CMD_CREATE) => "there is a set of this name already",
        ((IpsetError)Errno.ENOTSUPP, _) => "this kernel lacks this kind of set",
        ((IpsetError)Errno.EMSGSIZE, IpsetCommand.IPSET_CMD_CREATE) => "the set would be too large",
        (IpsetError.IPSET_ERR_PROTOCOL, _) => "the message does not fit the kind of set",
        (IpsetError.IPSET_ERR_FIND_TYPE, _) => "this kernel lacks this kind of set, or its family (CONFIG_IP_SET_...)",
        (IpsetError.IPSET_ERR_MAX_SETS, _) => "there are as many sets as the kernel allows",
        (IpsetError.IPSET_ERR_BUSY, IpsetCommand.IPSET_CMD_DESTROY) => "the set is in use by a rule or by another set; delete those first",
        (IpsetError.IPSET_ERR_BUSY, _) => "the set is in use",
        (IpsetError.IPSET_ERR_EXIST_SETNAME2, IpsetCommand.IPSET_CMD_RENAME) => "there is a set of the new name already",
        (IpsetError.IPSET_ERR_EXIST_SETNAME2, _) => "the second set does not exist",
        (IpsetError.IPSET_ERR_TYPE_MISMATCH, _) => "the two sets are of different kinds or families",
        (IpsetError.IPSET_ERR_EXIST, IpsetCommand.IPSET_CMD_ADD) => "the element is in the set already",
        (IpsetError.IPSET_ERR_EXIST, _) => "the element is not in the set",
        (IpsetError.IPSET_ERR_INVALID_CIDR, _) => "the prefix length is not allowed here",
        (IpsetError.IPSET_ERR_INVALID_NETMASK, _) => "the netmask is not allowed here",
        (IpsetError.IPSET_ERR_INVALID_FAMILY, _) => "this kind of set has no such family",
        (IpsetError.IPSET_ERR_TIMEOUT, _) => "the set was made without timeouts",
        (IpsetError.IPSET_ERR_REFERENCED, _) => "the set can't be renamed while a rule or another set uses it",
        (IpsetError.IPSET_ERR_IPADDR_IPV4, _) => "an IPv4 address belongs here",
        (IpsetError.IPSET_ERR_IPADDR_IPV6, _) => "an IPv6 address belongs here",
        (IpsetError.IPSET_ERR_COUNTER, _) => "the set was made without counters",
        (IpsetError.IPSET_ERR_COMMENT, _) => "the set was made without comments",
        (IpsetError.IPSET_ERR_INVALID_MARKMASK, _) => "the mark's mask is not allowed here",
        (IpsetError.IPSET_ERR_SKBINFO, _) => "the set was made without skbinfo",
        _ => "",
    };

    /// <summary>From 4352 on each family of kinds counts its own.</summary>
    private static string OfType(int errno, string type) => ((IpsetError)errno, type.Split(':')[0]) switch
    {
        (IpsetError.IPSET_ERR_BITMAP_RANGE, "bitmap") => "the element lies outside of the set's range",
        (IpsetError.IPSET_ERR_BITMAP_RANGE_SIZE, "bitmap") => "the range is larger than the kind allows",
        (IpsetError.IPSET_ERR_HASH_FULL, "hash") => "the set is full (maxelem)",
        (IpsetError.IPSET_ERR_HASH_ELEM, "hash") => "a hash can't hold the all-zero element",
        (IpsetError.IPSET_ERR_INVALID_PROTO, "hash") => "the protocol is not allowed here",
        (IpsetError.IPSET_ERR_MISSING_PROTO, "hash") => "the protocol is missing",
        (IpsetError.IPSET_ERR_HASH_RANGE_UNSUPPORTED, "hash") => "this kind of set takes no ranges",
        (IpsetError.IPSET_ERR_HASH_RANGE, "hash") => "the range is not allowed",
        (IpsetError.IPSET_ERR_NAME, "list") => "there is no set of this name to be a member",
        (IpsetError.IPSET_ERR_LOOP, "list") => "a list:set can't be a member of another one",
        (IpsetError.IPSET_ERR_BEFORE, "list") => "before or after what, is not said",
        (IpsetError.IPSET_ERR_NAMEREF, "list") => "there is no set of the name after before or after",
        (IpsetError.IPSET_ERR_LIST_FULL, "list") => "the list is full (size)",
        (IpsetError.IPSET_ERR_REF_EXIST, "list") => "the set after before or after is not a member",
        _ => "",
    };
}
