using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Agent.Configuration;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent;

/// <summary>Where an agent lives and what it takes care of.</summary>
public sealed record AgentOptions
{
    /// <summary>Where the state of a host's only agent is kept.</summary>
    public const string DefaultStateDirectory = "/var/lib/weir";

    /// <summary>Where a host's only agent serves its API.</summary>
    public const string DefaultSocketPath = "/run/weir/weir.sock";

    /// <summary>Policy, flows, violations and the journals of the captures; made with mode 0700 when it is missing.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The Unix socket of the API; null: no API is served, the agent is used in this process only.</summary>
    public string? SocketPath { get; init; }

    /// <summary>The group whose members may use the API beside root; null: root alone.</summary>
    public string? SocketGroup { get; init; }

    /// <summary>Weir's own network namespace; null: derived from the state directory, see <see cref="AgentNames.NamespaceFor"/>.</summary>
    public string? NamespaceName { get; init; }

    /// <summary>The workloads, when they are known; null: the host's named network namespaces are watched.</summary>
    public IReadOnlyList<AgentWorkload>? Workloads { get; init; }

    /// <summary>What the configuration says about workloads: names, labels, how to capture them at the start.</summary>
    public IReadOnlyList<WorkloadConfig> Configured { get; init; } = [];

    /// <summary>The policy that the configuration brings. It comes into force in a new state directory, and when it has changed since it last did. Null: the stored one counts, else everything is discovered.</summary>
    public PolicyConfig? InitialPolicy { get; init; }

    /// <summary>What becomes of inline workloads' traffic when this agent is silent: false, it passes; true, it is dropped.</summary>
    public bool FailClosed { get; init; }

    /// <summary>How long the packet loop may be silent before the kernel holds it for dead.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>Slots of 2 KiB in the pipe's ring; a power of two.</summary>
    public int RingSlots { get; init; } = 16_384;

    /// <summary>The most sessions that one packet loop watches; a power of two.</summary>
    public int MaximumSessions { get; init; } = 65_536;

    /// <summary>True: stopping releases all captures. False: captures stay in place, and the kernel passes (or drops) by <see cref="FailClosed"/>.</summary>
    public bool ReleaseOnExit { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ILoggerFactory Log { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The same for the parts that change the host.</summary>
    public CaptureSettings CaptureSettings => new(StateDirectory, NamespaceName ?? AgentNames.NamespaceFor(StateDirectory))
    {
        FailClosed = FailClosed,
        HeartbeatTimeout = Heartbeat,
    };

    /// <summary>What <c>weir.yaml</c> says.</summary>
    public static AgentOptions From(AgentConfig config) => new()
    {
        StateDirectory = config.StateDirectory,
        SocketPath = config.SocketPath,
        SocketGroup = config.SocketGroup,
        // The default's name belongs to the default's folder: two agents would fight for it.
        NamespaceName = config.Namespace == new AgentConfig().Namespace ? null : config.Namespace,
        Configured = config.Workloads,
        InitialPolicy = config.HasPolicy ? config.Policy : null,
        FailClosed = config.FailClosed,
        Heartbeat = config.Heartbeat,
        RingSlots = config.RingSlots,
        MaximumSessions = config.MaximumSessions,
    };
}

/// <summary>A workload by name and namespace, as given to an agent that does not look for them itself.</summary>
/// <param name="NamespacePath">A file of nsfs: <c>/run/netns/web</c>.</param>
public sealed record AgentWorkload(string Name, string NamespacePath)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
