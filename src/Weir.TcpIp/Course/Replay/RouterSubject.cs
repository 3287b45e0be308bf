using Weir.Packets;

namespace Weir.TcpIp.Course.Replay;

/// <summary>A router among hosts on network segments.</summary>
internal sealed class RouterSubject : StepSubject
{
    // Frames of one case; a network in which they multiply for ever is the file's mistake.
    private const int MaxFrames = 100_000;

    private readonly Router router = new();
    private readonly Dictionary<string, SimulatedHost> hosts = [];
    private readonly Dictionary<string, SimulatedPort> interfaces = [];
    private readonly List<SimulatedPort> ports = [];
    private readonly Queue<SimulatedFrame> wire = new();
    private int frames;

    public RouterSubject(StepFields parameters)
        : base("Router")
    {
        foreach (var fields in parameters.List("interfaces"))
        {
            AddInterface(fields);
        }

        foreach (var fields in parameters.List("hosts"))
        {
            AddHost(fields);
        }

        foreach (var fields in parameters.List("routes"))
        {
            uint? nextHop = fields.Has("next_hop") ? fields.Ipv4("next_hop") : null;
            router.AddRoute(fields.Ipv4("prefix"), fields.NumberTo("len", 32), nextHop, Interface(fields).RouterIndex);
        }
    }

    public override string? Act(string op, StepFields step)
    {
        switch (op)
        {
            case "host_send":
                var host = Host(step);
                byte[] datagram = step.Hexadecimal("datagram");
                host.Port.Interface.SendDatagram(datagram, host.NextHop ?? throw new StepFileException($"host \"{host.Port.Name}\" has no next hop, and never sends"));
                return null;
            case "interface_receives":
                router.ReceiveFrame(Interface(step).RouterIndex, step.Hexadecimal("frame"));
                return null;
            case "run":
                return Run();
            default:
                throw UnknownOp(op);
        }
    }

    public override string? Expect(string what, StepFields step)
    {
        switch (what)
        {
            case "host_receives":
                Host(step).Announced.Add(Convert.ToHexStringLower(step.Hexadecimal("datagram")));
                return null;
            case "interface_sends":
                byte[] expected = step.Hexadecimal("frame");
                return Interface(step).NextUnseen() is not { } frame ? "no frame was sent"
                    : expected.AsSpan().SequenceEqual(frame.Bytes) ? null : $"sent {ShowHexadecimal(frame.Bytes)}";
            case "no_frames":
                var talking = interfaces.Values.FirstOrDefault(port => port.OnWire is not null);
                return talking is null ? null : $"{talking.Name} sent {ShowHexadecimal(talking.OnWire!.Bytes)}";
            default:
                throw UnknownExpectation(what);
        }
    }

    private void AddInterface(StepFields fields)
    {
        var port = AddPort(fields);
        port.RouterIndex = router.AddInterface(port.Interface);
        if (!interfaces.TryAdd(port.Name, port))
        {
            throw new StepFileException($"two interfaces are called \"{port.Name}\"");
        }
    }

    private void AddHost(StepFields fields)
    {
        var host = new SimulatedHost(AddPort(fields), fields.Has("next_hop") ? fields.Ipv4("next_hop") : null);
        if (!hosts.TryAdd(host.Port.Name, host))
        {
            throw new StepFileException($"two hosts are called \"{host.Port.Name}\"");
        }
    }

    private SimulatedPort AddPort(StepFields fields)
    {
        var mac = fields.Has("mac") ? fields.Mac("mac") : new MacAddress(0x0200_5E00_0000UL + (uint)ports.Count);
        var port = new SimulatedPort(fields.Name("name"), fields.Has("segment") ? fields.Name("segment") : null);
        port.Interface = new NetworkInterface(mac, fields.Ipv4("ip"), frame => Put(port, frame));
        ports.Add(port);
        return port;
    }

    private void Put(SimulatedPort from, ReadOnlySpan<byte> bytes)
    {
        if (++frames > MaxFrames)
        {
            throw new StepFileException($"the network sends more than {MaxFrames} frames");
        }

        var frame = new SimulatedFrame(from, bytes.ToArray());
        from.Add(frame);
        wire.Enqueue(frame);
    }

    private string? Run()
    {
        while (wire.TryDequeue(out var frame))
        {
            foreach (var port in ports)
            {
                if (port != frame.From && port.Segment is not null && port.Segment == frame.From.Segment)
                {
                    frame.IsDelivered = true;
                    Deliver(port, frame.Bytes);
                }
            }
        }

        return hosts.Values.Select(host => host.Settle()).FirstOrDefault(seen => seen is not null);
    }

    private void Deliver(SimulatedPort port, byte[] frame)
    {
        if (port.RouterIndex >= 0)
        {
            router.ReceiveFrame(port.RouterIndex, frame);
            return;
        }

        var datagram = port.Interface.ReceiveFrame(frame);
        if (!datagram.IsEmpty)
        {
            hosts[port.Name].Received.Add(Convert.ToHexStringLower(datagram));
        }
    }

    private SimulatedHost Host(StepFields step) =>
        hosts.TryGetValue(step.Name("host"), out var host) ? host : throw new StepFileException($"unknown host \"{step.Name("host")}\"");

    private SimulatedPort Interface(StepFields step) =>
        interfaces.TryGetValue(step.Name("interface"), out var port) ? port : throw new StepFileException($"unknown interface \"{step.Name("interface")}\"");
}
