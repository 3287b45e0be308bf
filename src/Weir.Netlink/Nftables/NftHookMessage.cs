using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_hook_attributes.</summary>
internal enum HookAttribute : ushort
{
    NFTA_HOOK_HOOKNUM = 1,
    NFTA_HOOK_PRIORITY = 2,
    NFTA_HOOK_DEV = 3,
    NFTA_HOOK_DEVS = 4,
}

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_devices_attributes.</summary>
internal enum DeviceAttribute : ushort
{
    NFTA_DEVICE_NAME = 1,
}

/// <summary>How a hook looks on the wire: HOOKNUM, PRIORITY, and one device as DEV or several as DEVS { NAME, ... }.</summary>
internal static class NftHookMessage
{
    internal static void Write<TAttribute>(ref NetlinkWriter writer, TAttribute type, NftHook hook)
        where TAttribute : unmanaged, Enum
    {
        var nest = writer.BeginNest(type);
        writer.WriteUInt32BigEndian(HookAttribute.NFTA_HOOK_HOOKNUM, hook.Number);
        writer.WriteUInt32BigEndian(HookAttribute.NFTA_HOOK_PRIORITY, (uint)hook.Priority);
        if (hook.Devices.Count == 1)
            writer.WriteString(HookAttribute.NFTA_HOOK_DEV, hook.Devices[0]);
        else if (hook.Devices.Count > 1)
            WriteDevices(ref writer, HookAttribute.NFTA_HOOK_DEVS, hook.Devices);
        writer.EndNested(nest);
    }

    internal static void WriteDevices<TAttribute>(ref NetlinkWriter writer, TAttribute type, IReadOnlyList<string> devices)
        where TAttribute : unmanaged, Enum
    {
        var nest = writer.BeginNest(type);
        for (var i = 0; i < devices.Count; i++)
            writer.WriteString(DeviceAttribute.NFTA_DEVICE_NAME, devices[i]);
        writer.EndNested(nest);
    }

    internal static NftHook Read(NetlinkAttributes attributes)
    {
        var hook = new NftHook(0, 0);
        foreach (var attribute in attributes)
        {
            hook = (HookAttribute)attribute.Type switch
            {
                HookAttribute.NFTA_HOOK_HOOKNUM => hook with { Number = attribute.UInt32BigEndian() },
                HookAttribute.NFTA_HOOK_PRIORITY => hook with { Priority = (int)attribute.UInt32BigEndian() },
                // A chain of one device has it under both.
                HookAttribute.NFTA_HOOK_DEV when hook.Devices.Count == 0 => hook with { Devices = [attribute.Text] },
                HookAttribute.NFTA_HOOK_DEVS => hook with { Devices = ReadDevices(attribute.Nested) },
                _ => hook,
            };
        }

        return hook;
    }

    internal static List<string> ReadDevices(NetlinkAttributes attributes)
    {
        var devices = new List<string>();
        foreach (var attribute in attributes)
            devices.Add(attribute.Text);
        return devices;
    }
}
