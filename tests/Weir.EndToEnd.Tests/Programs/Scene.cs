using Weir.Testing;

namespace Weir.EndToEnd.Tests.Programs;

/// <summary>The usual scene: <c>web</c> with clients, <c>db</c> with servers, on one bridge, and an agent that knows both.</summary>
internal sealed class Scene : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public Scene(Func<Servers, Servers> servers, string settings = "")
    {
        Servers.Require();
        WeirAgent.Require();
        Host = new TestHost(workloadCount: 2);
        Agent = new WeirAgent(new Dictionary<string, TestWorkload> { ["web"] = Host[0], ["db"] = Host[1] }, settings);
        try
        {
            Servers = servers(new Servers(Db, _folder));
            Clients = new Clients(Web);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public TestHost Host { get; }

    public TestWorkload Web => Host[0];

    public TestWorkload Db => Host[1];

    public IReadOnlyList<string> DbAddresses => [Db.Address4, Db.Address6];

    public WeirAgent Agent { get; }

    public Servers Servers { get; } = null!;

    public Clients Clients { get; } = null!;

    public string PathOf(string name) => _folder.PathOf(name);

    public void Capture(string mode, params IReadOnlyList<string> workloads)
    {
        foreach (string workload in workloads)
            Agent.Run("capture", workload, "--mode", mode);
    }

    public void SetMode(string mode)
    {
        Agent.Run("mode", "web", mode);
        Agent.Run("mode", "db", mode);
    }

    public void Dispose()
    {
        Agent.Dispose();
        Host.Dispose();
        _folder.Dispose();
    }
}
