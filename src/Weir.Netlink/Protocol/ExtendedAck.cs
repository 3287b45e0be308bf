using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>What the kernel says against a request: errno, its words, where in the request, what it would have taken there.</summary>
internal readonly record struct KernelRefusal(int Errno, string Text, int? Offset, string Bound);

/// <summary>Reads what NLMSG_ERROR and NLMSG_DONE say.</summary>
/// <remarks>
/// <code>
/// NLMSG_ERROR: i32 error, nlmsghdr of the request, (the request's rest, unless NLM_F_CAPPED or error 0), attributes if NLM_F_ACK_TLVS
/// NLMSG_DONE:  i32 error, attributes if NLM_F_ACK_TLVS
/// </code>
/// </remarks>
internal static class ExtendedAck
{
    internal static void ThrowIfRefused(string operation, NetlinkMessage message, ReadOnlySpan<byte> request)
    {
        if (IsRefusal(message))
            throw Refusal(operation, message, request);
    }

    /// <summary>An error, or an answer too short to tell.</summary>
    internal static bool IsRefusal(NetlinkMessage message) =>
        message.Type == NetlinkMessageType.NLMSG_ERROR && message.Payload.Length < 4 || NetlinkMessage.ReadPadded<int>(message.Payload, 0) < 0;

    /// <summary>What <see cref="IsRefusal"/> found, with all that the kernel said.</summary>
    internal static NetlinkException Refusal(string operation, NetlinkMessage message, ReadOnlySpan<byte> request) =>
        message.Payload.Length >= 4 && TryRead(message) is { } refusal
            ? new NetlinkException(operation, refusal.Errno, refusal.Text, refusal.Offset, refusal.Bound, request.ToArray()) { Echo = Echo(message) }
            : new NetlinkException(operation, (int)Errno.EBADMSG, "the answer is cut short", request: request.ToArray());

    /// <summary>What the kernel says against a request; null when it says yes.</summary>
    internal static KernelRefusal? TryRead(NetlinkMessage message)
    {
        var error = NetlinkMessage.ReadPadded<int>(message.Payload, 0);
        if (error >= 0)
            return null;
        var refusal = new KernelRefusal(error == int.MinValue ? (int)Errno.EPROTO : -error, "", null, "");
        foreach (var attribute in Attributes(message))
        {
            refusal = (ExtendedAckAttribute)attribute.Type switch
            {
                ExtendedAckAttribute.NLMSGERR_ATTR_MSG => refusal with { Text = attribute.Text },
                ExtendedAckAttribute.NLMSGERR_ATTR_OFFS => refusal with { Offset = attribute.Int32 },
                ExtendedAckAttribute.NLMSGERR_ATTR_POLICY => refusal with { Bound = Bound(attribute.Nested) },
                ExtendedAckAttribute.NLMSGERR_ATTR_MISS_TYPE => refusal with { Bound = $"attribute {attribute.UInt32}, which is missing" },
                _ => refusal,
            };
        }

        return refusal;
    }

    private static byte[] Echo(NetlinkMessage message) =>
        message.Type == NetlinkMessageType.NLMSG_ERROR && (message.Flags & (ushort)ErrorFlags.NLM_F_CAPPED) == 0 && message.Payload.Length > 4 + NetlinkWriter.HeaderSize
            ? message.Payload[4..].ToArray()
            : [];

    private static NetlinkAttributes Attributes(NetlinkMessage message)
    {
        if ((message.Flags & (ushort)ErrorFlags.NLM_F_ACK_TLVS) == 0)
            return default;
        var start = 4;
        if (message.Type == NetlinkMessageType.NLMSG_ERROR)
        {
            start += NetlinkWriter.HeaderSize;
            if ((message.Flags & (ushort)ErrorFlags.NLM_F_CAPPED) == 0)
            {
                var requestLength = NetlinkMessage.ReadPadded<uint>(message.Payload, 4);
                if (requestLength < NetlinkWriter.HeaderSize || requestLength > (uint)message.Payload.Length)
                    return default;
                start = 4 + NetlinkWriter.Align((int)requestLength);
            }
        }

        return start <= message.Payload.Length ? new NetlinkAttributes(message.Payload[start..]) : default;
    }

    private static string Bound(NetlinkAttributes policy)
    {
        var parts = new List<string>();
        foreach (var attribute in policy)
        {
            var part = (PolicyAttribute)attribute.Type switch
            {
                PolicyAttribute.NL_POLICY_TYPE_ATTR_MIN_VALUE_S => $"at least {(long)attribute.UInt64}",
                PolicyAttribute.NL_POLICY_TYPE_ATTR_MAX_VALUE_S => $"at most {(long)attribute.UInt64}",
                PolicyAttribute.NL_POLICY_TYPE_ATTR_MIN_VALUE_U => $"at least {attribute.UInt64}",
                PolicyAttribute.NL_POLICY_TYPE_ATTR_MAX_VALUE_U => $"at most {attribute.UInt64}",
                PolicyAttribute.NL_POLICY_TYPE_ATTR_MIN_LENGTH => $"at least {attribute.UInt32} bytes",
                PolicyAttribute.NL_POLICY_TYPE_ATTR_MAX_LENGTH => $"at most {attribute.UInt32} bytes",
                _ => "",
            };
            if (part.Length != 0)
                parts.Add(part);
        }

        return string.Join(", ", parts);
    }
}
