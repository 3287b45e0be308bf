namespace Weir.Linux.Bpf;

/// <summary>What the verifier's words mean for the one who wrote the program.</summary>
internal static class BpfHints
{
    private static readonly (string Words, string Meaning)[] Known =
    [
        ("invalid access to packet", "compare with data_end before this access"),
        ("offset is outside of the packet", "compare with data_end before this access"),
        ("invalid mem access 'scalar'", "a packet pointer was used after a helper that moves the packet: load data and data_end again"),
        ("invalid mem access 'map_value_or_null'", "test the result of the look-up for null first"),
        ("!read_ok", "a register is read that nothing was written to; after a call R1 to R5 are gone"),
        ("last insn is not an exit or jmp", "the program runs off its end"),
        ("unreachable insn", "a label is placed where nothing leads"),
        ("invalid indirect read from stack", "bytes of the stack are handed to a helper before they were written"),
        ("invalid read from stack", "bytes of the stack are read before they were written"),
        ("misaligned", "stack and map accesses must lie on a multiple of their size"),
        ("unknown func", "this kernel or program type does not have that helper"),
        ("program of this type cannot use helper", "this kernel or program type does not have that helper"),
    ];

    public static string For(int errno, string words)
    {
        foreach ((string pattern, string meaning) in Known)
        {
            if (words.Contains(pattern, StringComparison.Ordinal))
                return meaning;
        }

        return errno switch
        {
            BpfCall.EPERM => "root or CAP_BPF and CAP_NET_ADMIN are needed",
            BpfCall.ENOSYS => "this kernel was built without CONFIG_BPF_SYSCALL",
            BpfCall.ENOSPC => "the verifier had more to say than the log holds",
            _ => "",
        };
    }
}
