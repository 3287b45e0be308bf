using System.Runtime.InteropServices;
using Weir.Linux;

namespace Weir.Netlink.Protocol;

/// <summary>include/uapi/linux/genetlink.h: commands of the controller, which is itself the family GENL_ID_CTRL.</summary>
internal enum ControllerCommand : byte
{
    CTRL_CMD_GETFAMILY = 3,
}

/// <summary>include/uapi/linux/genetlink.h</summary>
internal enum ControllerAttribute : ushort
{
    CTRL_ATTR_FAMILY_ID = 1,
    CTRL_ATTR_FAMILY_NAME = 2,
}

/// <summary>struct genlmsghdr, 4 bytes: which command of the family.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GenericHeader
{
    public byte Command;
    public byte Version;
    public ushort Reserved;
}

/// <summary>Generic netlink: families of kernel parts, whose message types are given out when they are loaded and are asked for by name.</summary>
internal static class GenericNetlink
{
    private const ushort GENL_ID_CTRL = 16;

    /// <summary>The message type of a family. <see cref="NetlinkException"/>, ENOENT: this kernel does not have it.</summary>
    internal static NetlinkMessageType Resolve(NetlinkExchange exchange, string family)
    {
        ushort id = 0;
        var operation = $"look for the generic netlink family {family}";
        var writer = exchange.Begin();
        writer.WriteFixed(new GenericHeader { Command = (byte)ControllerCommand.CTRL_CMD_GETFAMILY, Version = 1 });
        writer.WriteString(ControllerAttribute.CTRL_ATTR_FAMILY_NAME, family);
        exchange.Get(operation, writer, (NetlinkMessageType)GENL_ID_CTRL, message =>
        {
            foreach (var attribute in message.Attributes<GenericHeader>())
            {
                if ((ControllerAttribute)attribute.Type == ControllerAttribute.CTRL_ATTR_FAMILY_ID)
                    id = attribute.UInt16;
            }
        });
        return id != 0 ? (NetlinkMessageType)id : throw new NetlinkException(operation, (int)Errno.ENOENT, "the answer names no family");
    }
}
