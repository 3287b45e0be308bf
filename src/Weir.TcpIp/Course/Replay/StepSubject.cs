using System.Text;

namespace Weir.TcpIp.Course.Replay;

/// <summary>An object of one of the course's classes that steps are run against.</summary>
internal abstract class StepSubject(string className)
{
    private const int ShownBytes = 60;

    /// <summary>Does what an action says. Null, or what was seen instead of the expectation that came with it.</summary>
    public abstract string? Act(string op, StepFields step);

    /// <summary>Null if the expectation holds, else what was seen.</summary>
    public abstract string? Expect(string what, StepFields step);

    public static StepSubject Create(StepFields parameters) => parameters.Text("class") switch
    {
        "ByteStream" => new ByteStreamSubject(parameters),
        "Reassembler" => new ReassemblerSubject(parameters),
        "TCPReceiver" => new TcpReceiverSubject(parameters),
        "TCPSender" => new TcpSenderSubject(parameters),
        "NetworkInterface" => new NetworkInterfaceSubject(parameters),
        "Router" => new RouterSubject(parameters),
        "Wrap32" => new Wrap32Subject(),
        var other => throw new StepFileException($"unknown class \"{other}\""),
    };

    protected StepFileException UnknownOp(string op) => new($"unknown op \"{op}\" of class {className}");

    protected StepFileException UnknownExpectation(string what) => new($"unknown expectation \"{what}\" of class {className}");

    protected static string? Compare(string what, ulong expected, ulong seen) => expected == seen ? null : $"{what} is {seen}, not {expected}";

    protected static string? Compare(string what, bool expected, bool seen) => expected == seen ? null : $"{what} is {Word(seen)}, not {Word(expected)}";

    protected static string? Number(string what, StepFields step, ulong seen) => Compare(what, step.Number("value"), seen);

    protected static string? Flag(string what, StepFields step, bool seen)
    {
        if (!step.Names("value"))
        {
            throw new StepFileException("\"value\" is missing");
        }

        return Compare(what, step.Flag("value"), seen);
    }

    /// <summary>Bytes for people: characters that can't be seen are escaped, long ones are cut.</summary>
    protected static string Show(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (byte part in bytes[..Math.Min(bytes.Length, ShownBytes)])
        {
            text.Append(part is >= 0x20 and < 0x7F ? ((char)part).ToString() : $"\\x{part:X2}");
        }

        return text.Append('"').Append(bytes.Length > ShownBytes ? $" ... ({bytes.Length} bytes)" : "").ToString();
    }

    protected static string ShowHexadecimal(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? "nothing" : Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, 4 * ShownBytes)]) + (bytes.Length > 4 * ShownBytes ? $"... ({bytes.Length} bytes)" : "");

    private static string Word(bool value) => value ? "true" : "false";
}
