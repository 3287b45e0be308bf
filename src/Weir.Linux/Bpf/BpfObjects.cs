using System.Text;

namespace Weir.Linux.Bpf;

/// <summary>What programs, maps and links have in common: ids, places in the bpf file system, and what the kernel says of a descriptor.</summary>
internal static unsafe class BpfObjects
{
    /// <summary>Gives the object a name in the bpf file system: it lives as long as that, also without a process.</summary>
    public static void Pin(int descriptor, string what, string path)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(path + "\0"))
        {
            var attributes = new BpfCall.ObjectPath { Path = (ulong)text, Descriptor = descriptor };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_OBJ_PIN, ref attributes);
            if (result < 0)
                throw new LinuxException($"pin {what} at {path}", -result, PathHint(-result));
        }
    }

    public static int OpenPinned(string what, string path)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(path + "\0"))
        {
            var attributes = new BpfCall.ObjectPath { Path = (ulong)text };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_OBJ_GET, ref attributes);
            return result >= 0 ? result : throw new LinuxException($"open the pinned {what} {path}", -result, PathHint(-result));
        }
    }

    public static int OpenById(BpfCall.Command command, string what, uint id)
    {
        var attributes = new BpfCall.GetById { Id = id };
        int result = BpfCall.Invoke(command, ref attributes);
        return result >= 0 ? result : throw new LinuxException($"open bpf {what} {id}", -result, -result == BpfCall.ENOENT ? "no such object: it has ended" : "root or CAP_SYS_ADMIN is needed");
    }

    /// <summary>All ids of this host, ascending.</summary>
    public static IReadOnlyList<uint> ListIds(BpfCall.Command command, string what)
    {
        List<uint> ids = [];
        var attributes = new BpfCall.GetById();
        while (true)
        {
            int result = BpfCall.Invoke(command, ref attributes);
            if (result == -BpfCall.ENOENT)
                return ids;
            if (result < 0)
                throw new LinuxException($"list the ids of bpf {what}s", -result, "root or CAP_SYS_ADMIN is needed");
            ids.Add(attributes.NextId);
            attributes.Id = attributes.NextId;
        }
    }

    /// <summary>The kernel's info structure of a descriptor, as many bytes as were asked for; what an older kernel does not fill is zero.</summary>
    public static byte[] Info(int descriptor, string what, int size)
    {
        var info = new byte[size];
        ReadInfo(descriptor, what, info);
        return info;
    }

    /// <param name="info">May hold pointers that the kernel follows.</param>
    public static void ReadInfo(int descriptor, string what, Span<byte> info)
    {
        fixed (byte* start = info)
        {
            var attributes = new BpfCall.ObjectInfo { Descriptor = descriptor, Length = (uint)info.Length, Info = (ulong)start };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_OBJ_GET_INFO_BY_FD, ref attributes);
            if (result < 0)
                throw new LinuxException($"bpf info of {what}", -result);
        }
    }

    /// <summary>A name field of 16 bytes.</summary>
    public static string NameIn(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static string PathHint(int errno) => errno switch
    {
        BpfCall.EPERM => "the path must be on a bpf file system (mount -t bpf), and root or CAP_BPF is needed",
        BpfCall.EINVAL => "the path must be on a bpf file system, or what is there is another kind of object",
        BpfCall.ENOENT => "no such name, or its folder is missing",
        (int)Errno.EEXIST => "the name is taken",
        _ => "",
    };
}
