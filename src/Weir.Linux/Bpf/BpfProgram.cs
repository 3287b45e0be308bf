using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Bpf;

/// <summary>include/uapi/linux/bpf.h, <c>enum bpf_prog_type</c>.</summary>
public enum BpfProgramType
{
    BPF_PROG_TYPE_SOCKET_FILTER = 1,
    BPF_PROG_TYPE_SCHED_CLS = 3,
}

/// <summary>A program that the kernel has verified and loaded. It lives as long as a descriptor or a place where it is attached.</summary>
public sealed class BpfProgram : IDisposable
{
    private const string License = "Dual MIT/GPL";
    private const int LogSize = 256 * 1024;
    private readonly SafeFileHandle handle;
    private readonly int descriptor;

    private BpfProgram(SafeFileHandle handle, string name)
    {
        this.handle = handle;
        descriptor = (int)handle.DangerousGetHandle();
        Name = name;
    }

    /// <summary>At most 15 characters: letters, digits, underscore.</summary>
    public string Name { get; }

    public int Descriptor => handle.IsClosed ? throw new ObjectDisposedException(Name) : descriptor;

    /// <summary>Loads a program; when the verifier refuses it, its last words and what they mean are in the exception.</summary>
    public static unsafe BpfProgram Load(BpfProgramType type, string name, BpfCode code)
    {
        int result = TryLoad(type, name, code, null);
        if (result < 0)
        {
            // The log costs time, so it is asked for only when there is something to tell.
            var log = new byte[LogSize];
            int second = TryLoad(type, name, code, log);
            if (second < 0)
                throw Refused(type, name, code, -second, LogText(log));
            result = second;
        }

        GC.KeepAlive(code);
        return new BpfProgram(new SafeFileHandle(result, ownsHandle: true), name);
    }

    /// <summary>The first 8 bytes of the hash over the instructions, as <c>tc</c> and <c>bpftool</c> print it.</summary>
    public string Tag() => Convert.ToHexStringLower(Info().AsSpan(8, 8));

    public uint Id() => BitConverter.ToUInt32(Info(), 4);

    public void Dispose() => handle.Dispose();

    private unsafe byte[] Info()
    {
        // struct bpf_prog_info: u32 type, u32 id, u8 tag[8], ...
        var info = new byte[64];
        fixed (byte* pointer = info)
        {
            var attributes = new BpfCall.ObjectInfo { Descriptor = Descriptor, Length = (uint)info.Length, Info = (ulong)pointer };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_OBJ_GET_INFO_BY_FD, ref attributes);
            if (result < 0)
                throw new LinuxException($"bpf info of program {Name}", -result);
        }

        return info;
    }

    private static unsafe int TryLoad(BpfProgramType type, string name, BpfCode code, byte[]? log)
    {
        ReadOnlySpan<byte> license = Encoding.ASCII.GetBytes(License + "\0");
        fixed (byte* instructions = code.Bytes, licensePointer = license, logPointer = log)
        {
            var attributes = new BpfCall.ProgramLoad
            {
                Type = (uint)type,
                InstructionCount = (uint)code.Count,
                Instructions = (ulong)instructions,
                License = (ulong)licensePointer,
                LogLevel = log is null ? 0u : 1u,
                LogSize = (uint)(log?.Length ?? 0),
                LogBuffer = (ulong)logPointer,
            };
            BpfCall.WriteName(attributes.Name, name);
            return BpfCall.Invoke(BpfCall.Command.BPF_PROG_LOAD, ref attributes);
        }
    }

    private static LinuxException Refused(BpfProgramType type, string name, BpfCode code, int errno, string log)
    {
        string operation = $"bpf load {type} {name} ({code.Count} slots)";
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string words = string.Join(" | ", lines.Where(line => !line.StartsWith("processed ", StringComparison.Ordinal)).TakeLast(4));
        string hint = BpfHints.For(errno, words);
        return new LinuxException(operation, errno, words.Length == 0 ? hint : $"verifier: {words}{(hint.Length == 0 ? "" : "; " + hint)}");
    }

    private static string LogText(byte[] log)
    {
        int end = Array.IndexOf(log, (byte)0);
        return Encoding.UTF8.GetString(log, 0, end < 0 ? log.Length : end);
    }
}
