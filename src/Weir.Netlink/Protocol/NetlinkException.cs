using System.Runtime.InteropServices;
using System.Text;
using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>The kernel refused a request, or answered with something that is no answer.</summary>
public class NetlinkException : Exception
{
    /// <summary>Linux's MAX_ERRNO; ipset counts its own from 4097 on.</summary>
    private const int LastErrno = 4095;

    /// <param name="operation">What was tried, with its object: <c>add link veth0</c>.</param>
    /// <param name="errno">Positive, as in <c>errno(3)</c>.</param>
    /// <param name="extendedAck">The kernel's own words, or ours where it has none; may be empty.</param>
    public NetlinkException(string operation, int errno, string extendedAck = "", int? offset = null, string bound = "", byte[]? request = null)
        : base(Describe(operation, errno, extendedAck, offset, bound, request))
    {
        Operation = operation;
        Errno = errno;
        ExtendedAck = extendedAck;
        Offset = offset;
        Bound = bound;
        Request = request ?? [];
    }

    public string Operation { get; }

    public int Errno { get; }

    /// <summary>The kernel's explanation (NLMSGERR_ATTR_MSG); empty when it gave none.</summary>
    public string ExtendedAck { get; }

    /// <summary>Where in <see cref="Request"/> the kernel found fault (NLMSGERR_ATTR_OFFS), counted from nlmsghdr; null when it did not say.</summary>
    public int? Offset { get; }

    /// <summary>What the kernel would have taken there (NLMSGERR_ATTR_POLICY), as <c>at most 15 bytes</c>; empty when it did not say.</summary>
    public string Bound { get; }

    /// <summary>The request's bytes.</summary>
    public byte[] Request { get; }

    /// <summary>Which of the objects that were sent together was refused, counted from 0; null when one was sent alone, or the kernel did not say.</summary>
    public int? Index { get; init; }

    /// <summary>The request as the kernel sent it back; empty when it sent only its header. ipset writes into it which element it refused.</summary>
    internal byte[] Echo { get; init; } = [];

    private static string Describe(string operation, int errno, string extendedAck, int? offset, string bound, byte[]? request)
    {
        var text = new StringBuilder(errno <= LastErrno ? $"{operation}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})" : $"{operation}: refused with error {errno}");
        if (extendedAck.Length != 0)
            text.Append($": {extendedAck.TrimEnd('.')}");
        if (offset is { } at && request is not null && at >= 0 && at + 4 <= request.Length)
            text.Append($"; attribute {MemoryMarshal.Read<ushort>(request.AsSpan(at + 2)) & 0x3fff} at byte {at}");
        if (bound.Length != 0)
            text.Append($" takes {bound}");
        if (Lacking(operation, errno, extendedAck) is { Length: > 0 } lacking)
            text.Append($"; {lacking}");
        return text.ToString();
    }

    /// <summary>The kernel's words for a module that it does not have.</summary>
    private static string Lacking(string operation, int errno, string extendedAck) => (extendedAck.TrimEnd('.'), errno) switch
    {
        ("TC classifier not found", _) => "this kernel lacks the classifier (CONFIG_NET_CLS_...)",
        ("Failed to load TC action module", _) => "this kernel lacks the action (CONFIG_NET_ACT_...)",
        ("Specified qdisc kind is unknown" or "Specified qdisc not found", _) => "this kernel lacks the queueing discipline (CONFIG_NET_SCH_...)",
        ("Unknown device type", _) => LackingKind(operation),
        ("", (int)Linux.Errno.EPERM) => "changing the network needs root, or CAP_NET_ADMIN in the namespace's owner",
        _ => "",
    };

    /// <summary>The operation is <c>add KIND NAME</c>.</summary>
    private static string LackingKind(string operation)
    {
        var kind = operation.Split(' ') is ["add", var word, _] ? word : "";
        var option = kind switch
        {
            "bridge" => "CONFIG_BRIDGE",
            "wireguard" => "CONFIG_WIREGUARD",
            "vlan" => "CONFIG_VLAN_8021Q",
            "" => "",
            _ => $"CONFIG_{kind.ToUpperInvariant()}",
        };
        return kind.Length == 0 ? "this kernel lacks the kind of link" : $"this kernel lacks the link kind {kind} ({option}, or its module is not installed)";
    }
}
