using Weir.Agent.Api;
using Weir.Agent.Flows;
using Weir.Agent.Store;
using Weir.Agent.Workloads;

namespace Weir.Agent;

/// <summary>What was seen, on its way into the store and out of it. A reader finds all that the <see cref="FlowBook"/> has closed until now.</summary>
/// <remarks>Any thread may call. What the store refuses is an <see cref="AgentException"/>.</remarks>
internal sealed class AgentRecords(IStore store, FlowBook book, TimeProvider clock)
{
    private readonly Lock _writing = new();

    /// <summary>Newest last.</summary>
    public IReadOnlyList<Flow> Flows(FlowQuery query) => [.. List(query).Select(FlowText.Flow).Reverse()];

    public IReadOnlyList<Conversation> Conversations(FlowQuery query) =>
        [.. FlowText.Conversations(List(query with { Limit = int.MaxValue, Verdict = null }))
            .Where(conversation => query.Verdict is null || conversation.Verdict == query.Verdict)
            .TakeLast(query.Limit)];

    /// <summary>Newest last.</summary>
    public IReadOnlyList<Violation> Violations(FlowQuery query)
    {
        WriteBatch();
        return [.. Failures.Translated(() => store.ListViolations(FilterOf(query))).Select(FlowText.Violation).Reverse()];
    }

    public void WriteBatch()
    {
        // In turns, so that a reader who comes second finds what the first one took.
        lock (_writing)
            Write(book.Take());
    }

    /// <summary>The workloads as they are now.</summary>
    public void Remember(IEnumerable<DiscoveredWorkload> workloads)
    {
        var now = clock.GetUtcNow();
        Write(new StoreBatch
        {
            Workloads = [.. workloads.Select(workload => new WorkloadRecord
            {
                Name = workload.Name,
                NamespacePath = workload.NamespacePath,
                Addresses = workload.Addresses,
                Labels = workload.Labels,
                FirstSeen = now,
                LastSeen = now,
            })],
        });
    }

    private static FlowFilter FilterOf(FlowQuery query) => new()
    {
        From = query.From,
        To = query.To,
        Verdict = query.Verdict,
        Since = query.Since,
        Limit = query.Limit,
    };

    private IReadOnlyList<FlowRecord> List(FlowQuery query)
    {
        WriteBatch();
        return Failures.Translated(() => store.ListFlows(FilterOf(query)));
    }

    private void Write(StoreBatch batch)
    {
        if (!batch.IsEmpty)
            Failures.Translated(() => store.Write(batch));
    }
}
