namespace Weir.TcpIp.Course.Replay;

internal sealed class NetworkInterfaceSubject : StepSubject
{
    private readonly NetworkInterface networkInterface;
    private readonly Queue<byte[]> sent = new();

    public NetworkInterfaceSubject(StepFields parameters)
        : base("NetworkInterface") =>
        networkInterface = new NetworkInterface(parameters.Mac("mac"), parameters.Ipv4("ip"), frame => sent.Enqueue(frame.ToArray()));

    public override string? Act(string op, StepFields step)
    {
        switch (op)
        {
            case "send_datagram":
                networkInterface.SendDatagram(step.Hexadecimal("datagram"), step.Ipv4("next_hop"));
                return null;
            case "receive_frame":
                return Receive(step);
            case "tick":
                networkInterface.Tick(step.Milliseconds("ms"));
                return null;
            default:
                throw UnknownOp(op);
        }
    }

    public override string? Expect(string what, StepFields step)
    {
        switch (what)
        {
            case "frame":
                byte[] expected = step.Hexadecimal("frame");
                if (!sent.TryDequeue(out byte[]? frame))
                {
                    return "no frame was sent";
                }

                return expected.AsSpan().SequenceEqual(frame) ? null : $"sent {ShowHexadecimal(frame)}";
            case "no_frame":
                return sent.TryPeek(out byte[]? next) ? $"sent {ShowHexadecimal(next)}" : null;
            default:
                throw UnknownExpectation(what);
        }
    }

    private string? Receive(StepFields step)
    {
        var datagram = networkInterface.ReceiveFrame(step.Hexadecimal("frame"));
        if (!step.Names("then_datagram"))
        {
            return null;
        }

        byte[] expected = step.Has("then_datagram") ? step.Hexadecimal("then_datagram") : [];
        return datagram.SequenceEqual(expected) ? null : $"{ShowHexadecimal(datagram)} went up the stack";
    }
}
