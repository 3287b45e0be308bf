using Weir.Cli.Demo.Workloads;

namespace Weir.Cli.Demo;

/// <summary>The programs that run in the demo's namespaces.</summary>
internal sealed class DemoProcesses : IDisposable
{
    private readonly ChildStarter _starter = new();
    private readonly List<WorkloadProcess> _all = [];

    public DemoProcesses(DemoNetwork network)
    {
        Web = Start("web", network.Web.NamespacePath, WorkloadRole.Web);
        Api = Start("api", network.Api.NamespacePath, WorkloadRole.Api);
        Db = Start("db", network.Db.NamespacePath, WorkloadRole.Db);
        PlainSender = Start("plain1", network.PlainSender.NamespacePath, WorkloadRole.Plain);
        PlainReceiver = Start("plain2", network.PlainReceiver.NamespacePath, WorkloadRole.Plain);
        Stranger = Start("stranger", $"{Weir.Linux.NetworkNamespace.NamesDirectory}/{network.Network}", WorkloadRole.Stranger);
    }

    public WorkloadProcess Web { get; }

    public WorkloadProcess Api { get; }

    public WorkloadProcess Db { get; }

    public WorkloadProcess PlainSender { get; }

    public WorkloadProcess PlainReceiver { get; }

    public WorkloadProcess Stranger { get; }

    /// <summary>Returns when all servers listen.</summary>
    public Task ReadyAsync(CancellationToken cancel) => Task.WhenAll(_all.Select(process => process.ReadyAsync(cancel)));

    public void Dispose()
    {
        // All at once: each may take its second.
        Parallel.ForEach(_all, process => process.Dispose());
        _starter.Dispose();
    }

    private WorkloadProcess Start(string name, string namespacePath, string role)
    {
        var process = WorkloadProcess.Start(_starter, name, namespacePath, role);
        _all.Add(process);
        return process;
    }
}
