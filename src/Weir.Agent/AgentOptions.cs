using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
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

    /// <summary>The policy of a new state directory; later the stored one counts. Null: discover everything.</summary>
    public PolicyConfig? InitialPolicy { get; init; }

    /// <summary>What becomes of inline workloads' traffic when this agent is silent: false, it passes; true, it is dropped.</summary>
    public bool FailClosed { get; init; }

    /// <summary>True: stopping releases all captures. False: captures stay in place, and the kernel passes (or drops) by <see cref="FailClosed"/>.</summary>
    public bool ReleaseOnExit { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public ILoggerFactory Log { get; init; } = NullLoggerFactory.Instance;
}

/// <summary>A workload by name and namespace, as given to an agent that does not look for them itself.</summary>
/// <param name="NamespacePath">A file of nsfs: <c>/run/netns/web</c>.</param>
public sealed record AgentWorkload(string Name, string NamespacePath)
{
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
