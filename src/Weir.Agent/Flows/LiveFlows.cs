using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Weir.Agent.Api;

namespace Weir.Agent.Flows;

/// <summary>Hands each change of a session to whoever reads along. A slow reader loses the oldest changes, never delays the others.</summary>
internal sealed class LiveFlows
{
    private const int Capacity = 4096;

    private readonly Lock _turn = new();
    private volatile Reader[] _readers = [];

    public bool HasReaders => _readers.Length > 0;

    public void Publish(Flow flow)
    {
        foreach (var reader in _readers)
        {
            if (FlowMatch.Matches(reader.Query, flow))
                reader.Channel.Writer.TryWrite(flow);
        }
    }

    /// <summary>Reads along from now (not from the first <c>MoveNextAsync</c>) until cancelled or <see cref="Complete"/>d.</summary>
    public IAsyncEnumerable<Flow> Read(FlowQuery query, CancellationToken cancel)
    {
        var reader = new Reader(query, Channel.CreateBounded<Flow>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }));
        lock (_turn)
            _readers = [.. _readers, reader];
        return ReadAsync(reader, cancel);
    }

    public void Complete()
    {
        foreach (var reader in _readers)
            reader.Channel.Writer.TryComplete();
    }

    private async IAsyncEnumerable<Flow> ReadAsync(Reader reader, [EnumeratorCancellation] CancellationToken cancel)
    {
        try
        {
            await foreach (var flow in reader.Channel.Reader.ReadAllAsync(cancel))
                yield return flow;
        }
        finally
        {
            lock (_turn)
                _readers = [.. _readers.Where(other => other != reader)];
        }
    }

    private sealed record Reader(FlowQuery Query, Channel<Flow> Channel);
}

/// <summary>Whether a flow is one of those that were asked for.</summary>
internal static class FlowMatch
{
    public static bool Matches(FlowQuery query, Flow flow) =>
        (query.From is null || IsEnd(query.From, flow.From, flow.FromAddress))
        && (query.To is null || IsEnd(query.To, flow.To, flow.ToAddress))
        && (query.Verdict is null || query.Verdict == flow.Verdict)
        && (query.Since is null || flow.LastSeen >= query.Since);

    /// <summary>A name, an address, or <c>external</c>: no known workload.</summary>
    private static bool IsEnd(string wanted, string name, string address) =>
        wanted == name || wanted == address || (wanted == "external" && name == address);
}
