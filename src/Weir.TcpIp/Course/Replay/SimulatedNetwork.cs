namespace Weir.TcpIp.Course.Replay;

/// <summary>A network interface's plug in a segment.</summary>
internal sealed class SimulatedPort(string name, string? segment)
{
    private const int KeptFrames = 1024;

    private readonly List<SimulatedFrame> unseen = [];

    public string Name => name;

    /// <summary>Null: nobody else is there.</summary>
    public string? Segment => segment;

    public NetworkInterface Interface { get; set; } = null!;

    /// <summary>The router's index of the interface; -1 for a host.</summary>
    public int RouterIndex { get; set; } = -1;

    /// <summary>A frame was sent that nobody has got or looked at yet; null: none.</summary>
    public SimulatedFrame? OnWire => unseen.Find(frame => !frame.IsDelivered);

    public void Add(SimulatedFrame frame)
    {
        unseen.Add(frame);
        if (unseen.Count > KeptFrames)
        {
            unseen.RemoveAt(0);
        }
    }

    /// <summary>The oldest frame not looked at: of those still on the wire, or else of those that a run has delivered.</summary>
    public SimulatedFrame? NextUnseen()
    {
        int index = Math.Max(0, unseen.FindIndex(frame => !frame.IsDelivered));
        if (index >= unseen.Count)
        {
            return null;
        }

        var frame = unseen[index];
        unseen.RemoveAt(index);
        return frame;
    }
}

internal sealed record SimulatedFrame(SimulatedPort From, byte[] Bytes)
{
    public bool IsDelivered { get; set; }
}

/// <summary>An end host: sends to its next hop, and compares what arrives with what was announced.</summary>
internal sealed class SimulatedHost(SimulatedPort port, uint? nextHop)
{
    public SimulatedPort Port => port;

    public uint? NextHop => nextHop;

    public List<string> Announced { get; } = [];

    public List<string> Received { get; } = [];

    /// <summary>Null if exactly the announced datagrams arrived, in whatever order, since the last time; else the difference.</summary>
    public string? Settle()
    {
        var missing = new List<string>();
        foreach (string datagram in Announced)
        {
            if (!Received.Remove(datagram))
            {
                missing.Add(datagram);
            }
        }

        string? seen = missing.Count > 0 ? $"host {port.Name} did not receive {missing[0]}"
            : Received.Count > 0 ? $"host {port.Name} received {Received[0]}, which was not announced"
            : null;
        Announced.Clear();
        Received.Clear();
        return seen;
    }
}
