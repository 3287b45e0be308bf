using System.Threading.Channels;
using Weir.Linux.Rings;
using Weir.Policy;

namespace Weir.Enforcer;

/// <summary>Watches the ports of captured workloads and lets through what the policy allows: one packet loop for the pipe, one for each tap.</summary>
/// <remarks>Each loop is a thread of its own with its own session table. All members may be called from any thread.</remarks>
public sealed class Enforcer : IDisposable
{
    public Enforcer(EnforcerOptions options) => Options = options;

    public EnforcerOptions Options { get; }

    /// <summary>What the loops saw, in order per session. One reader.</summary>
    public ChannelReader<FlowEvent> Events => throw new NotImplementedException();

    /// <summary>A new policy: the kernel stops passing what was settled under the old one, and each session is judged again on its next frame.</summary>
    /// <remarks>Until the first policy is set, all frames pass and nothing is learned.</remarks>
    public void SetPolicy(PolicyModel model) => throw new NotImplementedException();

    /// <summary>Makes a port known to the inline loop. A port with the same id is replaced.</summary>
    public void AddPort(EnforcerPort port) => throw new NotImplementedException();

    /// <summary>Forgets a port; its sessions are closed and taken back from the kernel.</summary>
    public void RemovePort(ushort portId) => throw new NotImplementedException();

    /// <summary>Starts the loop over the pipe, once. The ring is the enforcer's from now on.</summary>
    /// <param name="heartbeat">Called at every turn of the loop, at least each 100 ms.</param>
    /// <param name="settled">The kernel's table of settled sessions; null: everything stays in user space.</param>
    public void StartInline(PacketRing pipe, Action heartbeat, ISettledSessions? settled) => throw new NotImplementedException();

    /// <summary>Starts a loop that looks at one port from inside the workload's namespace. The ring is the enforcer's from now on.</summary>
    /// <param name="settled">The table that the ring's socket filter looks into; null: all frames come up.</param>
    public void StartTap(EnforcerPort port, PacketRing ring, ISettledSessions? settled = null) => throw new NotImplementedException();

    /// <summary>Ends the port's loop and closes its ring; its sessions are reported as closed.</summary>
    public void StopTap(ushort portId) => throw new NotImplementedException();

    public EnforcerCounters Counters => throw new NotImplementedException();

    /// <summary>The live sessions, at most <paramref name="limit"/> of each loop.</summary>
    public IReadOnlyList<SessionSnapshot> ListSessions(int limit = 10_000) => throw new NotImplementedException();

    /// <summary>Ends all loops, takes all sessions back from the kernel, closes the rings, completes <see cref="Events"/>.</summary>
    public void Dispose() => throw new NotImplementedException();
}
