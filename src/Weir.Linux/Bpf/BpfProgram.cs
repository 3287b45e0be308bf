using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Weir.Linux.Bpf;

/// <summary>A program that the kernel has verified and loaded. It lives as long as a descriptor or a place where it is attached.</summary>
public sealed class BpfProgram : IDisposable
{
    /// <summary>What programs are loaded with when nothing else is said.</summary>
    public const string License = "Dual MIT/GPL";

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
    /// <param name="license">What the kernel is told; helpers that are for GPL programs only want a compatible one.</param>
    public static unsafe BpfProgram Load(BpfProgramType type, string name, BpfCode code, string license = License)
    {
        int result = TryLoad(type, name, code, license, null);
        if (result < 0)
        {
            // The log costs time, so it is asked for only when there is something to tell.
            var log = new byte[LogSize];
            int second = TryLoad(type, name, code, license, log);
            if (second < 0)
                throw Refused(type, name, code, -second, LogText(log));
            result = second;
        }

        GC.KeepAlive(code);
        return new BpfProgram(new SafeFileHandle(result, ownsHandle: true), name);
    }

    /// <summary>A program that <see cref="Pin"/> gave a name, by this process or another.</summary>
    public static BpfProgram OpenPinned(string path) => OfDescriptor(BpfObjects.OpenPinned("program", path));

    public static BpfProgram OpenById(uint id) => OfDescriptor(BpfObjects.OpenById(BpfCall.Command.BPF_PROG_GET_FD_BY_ID, "program", id));

    /// <summary>The ids of all programs of this host, ascending.</summary>
    public static IReadOnlyList<uint> ListIds() => BpfObjects.ListIds(BpfCall.Command.BPF_PROG_GET_NEXT_ID, "program");

    /// <summary>What the kernel knows of it.</summary>
    public BpfProgramInfo Info() => BpfProgramInfo.Read(Descriptor, $"program {Name}");

    /// <summary>The first 8 bytes of the hash over the instructions, as <c>tc</c> and <c>bpftool</c> print it.</summary>
    public string Tag() => Info().Tag;

    public uint Id() => Info().Id;

    /// <summary>Gives it a name in the bpf file system: it outlives this process until the name is unlinked.</summary>
    public void Pin(string path) => BpfObjects.Pin(Descriptor, $"program {Name}", path);

    /// <summary>Runs it once on a frame, in the kernel but on no link (BPF_PROG_TEST_RUN).</summary>
    /// <param name="frame">At least an Ethernet header, at most a page.</param>
    /// <returns>What the program returned, and the frame as it left it.</returns>
    public unsafe (int Result, byte[] Frame) TestRun(ReadOnlySpan<byte> frame)
    {
        var output = new byte[frame.Length + 512];
        fixed (byte* input = frame, outputPointer = output)
        {
            var attributes = new BpfCall.TestRun
            {
                Program = Descriptor,
                InputSize = (uint)frame.Length,
                OutputSize = (uint)output.Length,
                Input = (ulong)input,
                Output = (ulong)outputPointer,
                Repeat = 1,
            };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_PROG_TEST_RUN, ref attributes);
            if (result < 0)
                throw new LinuxException($"run bpf program {Name} on {frame.Length} bytes", -result, -result == BpfCall.EINVAL ? "the frame is shorter than an Ethernet header, or this type of program can't be run so" : "");
            return ((int)attributes.ReturnValue, output[..(int)Math.Min(attributes.OutputSize, (uint)output.Length)]);
        }
    }

    public void Dispose() => handle.Dispose();

    private static BpfProgram OfDescriptor(int descriptor)
    {
        var opened = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            return new BpfProgram(opened, BpfProgramInfo.Read(descriptor, "a program").Name);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static unsafe int TryLoad(BpfProgramType type, string name, BpfCode code, string license, byte[]? log)
    {
        ReadOnlySpan<byte> licenseText = Encoding.ASCII.GetBytes(license + "\0");
        fixed (byte* instructions = code.Bytes, licensePointer = licenseText, logPointer = log)
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
