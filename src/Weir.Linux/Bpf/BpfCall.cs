using System.Runtime.InteropServices;

namespace Weir.Linux.Bpf;

/// <summary>The bpf(2) system call and the attributes of the commands that Weir uses, include/uapi/linux/bpf.h.</summary>
internal static unsafe partial class BpfCall
{
    public const int EPERM = 1, ENOENT = 2, EINTR = 4, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EINVAL = 22, ENOSPC = 28, ENOSYS = 38, E2BIG = 7;

    private static readonly long Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        Architecture other => throw new PlatformNotSupportedException($"bpf(2) has no known number on {other}"),
    };

    public enum Command
    {
        BPF_MAP_CREATE = 0,
        BPF_MAP_LOOKUP_ELEM = 1,
        BPF_MAP_UPDATE_ELEM = 2,
        BPF_MAP_DELETE_ELEM = 3,
        BPF_MAP_GET_NEXT_KEY = 4,
        BPF_PROG_LOAD = 5,
        BPF_OBJ_PIN = 6,
        BPF_OBJ_GET = 7,
        BPF_PROG_TEST_RUN = 10,
        BPF_PROG_GET_NEXT_ID = 11,
        BPF_MAP_GET_NEXT_ID = 12,
        BPF_PROG_GET_FD_BY_ID = 13,
        BPF_MAP_GET_FD_BY_ID = 14,
        BPF_OBJ_GET_INFO_BY_FD = 15,
        BPF_PROG_QUERY = 16,
        BPF_MAP_LOOKUP_AND_DELETE_ELEM = 21,
        BPF_MAP_FREEZE = 22,
        BPF_MAP_LOOKUP_BATCH = 24,
        BPF_LINK_CREATE = 28,
        BPF_LINK_UPDATE = 29,
        BPF_LINK_GET_FD_BY_ID = 30,
        BPF_LINK_GET_NEXT_ID = 31,
        BPF_LINK_DETACH = 34,
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MapCreate
    {
        public uint Type, KeySize, ValueSize, MaxEntries, Flags, InnerDescriptor, NumaNode;
        public fixed byte Name[16];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MapElement
    {
        public int Descriptor;
        public uint Padding;
        public ulong Key, Value, Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MapBatch
    {
        public ulong InBatch, OutBatch, Keys, Values;
        public uint Count;
        public int Descriptor;
        public ulong ElementFlags, Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ProgramLoad
    {
        public uint Type, InstructionCount;
        public ulong Instructions, License;
        public uint LogLevel, LogSize;
        public ulong LogBuffer;
        public uint KernelVersion, Flags;
        public fixed byte Name[16];
        public uint InterfaceIndex, ExpectedAttachType;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ObjectInfo
    {
        public int Descriptor;
        public uint Length;
        public ulong Info;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct GetById
    {
        public uint Id, NextId, OpenFlags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ObjectPath
    {
        public ulong Path;
        public int Descriptor;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LinkCreate
    {
        public int Program;
        public int LinkIndex;
        public uint AttachType, Flags;
        public uint Relative, Padding;
        public ulong ExpectedRevision;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LinkUpdate
    {
        public int Link, NewProgram;
        public uint Flags;
        public int OldProgram;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LinkDetach
    {
        public int Link;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct ProgramQuery
    {
        public int LinkIndex;
        public uint AttachType, QueryFlags, AttachFlags;
        public ulong ProgramIds;
        public uint Count, Padding;
        public ulong ProgramFlags, LinkIds, LinkFlags, Revision;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TestRun
    {
        public int Program;
        public uint ReturnValue, InputSize, OutputSize;
        public ulong Input, Output;
        public uint Repeat, Duration;
    }

    /// <summary>The call's result, or the negative error number. EINTR and EAGAIN (a verifier disturbed by a signal) are repeated.</summary>
    public static int Invoke<T>(Command command, ref T attributes) where T : unmanaged
    {
        fixed (T* pointer = &attributes)
        {
            for (int attempt = 0; ; attempt++)
            {
                int result = (int)SystemCall(Number, (int)command, pointer, (uint)sizeof(T));
                if (result >= 0)
                    return result;
                int errno = Marshal.GetLastPInvokeError();
                if (errno != EINTR && (errno != EAGAIN || attempt >= 5))
                    return -errno;
            }
        }
    }

    /// <summary>At most 15 characters of ASCII; the kernel takes letters, digits, dot and underscore.</summary>
    public static void WriteName(byte* destination, string name)
    {
        for (int i = 0; i < Math.Min(name.Length, 15); i++)
            destination[i] = char.IsAsciiLetterOrDigit(name[i]) ? (byte)name[i] : (byte)'_';
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long command, void* attributes, ulong size);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint MemoryMap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int MemoryUnmap(nint address, nuint length);
}
