using Weir.Cli.Demo.Workloads;

namespace Weir.Cli.Demo;

/// <summary>What the demo has its workloads do: legitimate calls, attacks, bulk transfers; and what all of them saw.</summary>
internal sealed class DemoActors(DemoNetwork network, DemoProcesses processes, TimeProvider clock)
{
    private const int CallPauseMilliseconds = 50;
    private const int AttackPatienceMilliseconds = 700;
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AcceptPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);
    private static readonly int[] ApiScan = [21, 22, 23, 25, 443, 3306, 5432, 8000, WorkloadRole.AdminPort, 9200];
    private static readonly int[] DbScan = [22, 80, 443, 3306, 5432, WorkloadRole.DbPort, 11211, 27017];

    /// <summary>api connects to db, and web begins to call api: both connections stay open to the end.</summary>
    public async Task StartTrafficAsync(CancellationToken cancel)
    {
        await processes.Api.AskAsync(
            new WorkloadCommand { Do = WorkloadCommand.Upstream, Addresses = [network.Db.Addresses[^1]], Ports = [WorkloadRole.DbPort] }, cancel);
        await processes.Web.AskAsync(
            new WorkloadCommand
            {
                Do = WorkloadCommand.Call,
                Addresses = network.Api.Addresses,
                Ports = [WorkloadRole.ApiPort],
                Milliseconds = CallPauseMilliseconds,
            },
            cancel);
    }

    /// <summary>To compare with later: the servers are asked before the client, so that they have served all that the client has had answered since.</summary>
    public async Task<Observation> ObserveAsync(CancellationToken cancel)
    {
        var servers = await AskServersAsync(cancel);
        return servers with { Web = await AskAsync(processes.Web, cancel) };
    }

    /// <summary>Waits until web has made so many calls since <paramref name="from"/>, or has had time enough for them.</summary>
    public async Task<Traffic> TrafficSinceAsync(Observation from, int calls, CancellationToken cancel)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            var web = await AskAsync(processes.Web, cancel);
            var traffic = Traffic.Between(from, await AskServersAsync(cancel) with { Web = web });
            if (traffic.Answered + traffic.Failed >= calls || clock.GetElapsedTime(began) > CallPatience)
                return traffic;
            await Task.Delay(Glance, clock, cancel);
        }
    }

    public async Task<Attack> AttackAsync(AttackKind kind, CancellationToken cancel)
    {
        var from = await AskServersAsync(cancel);
        List<Attempt> attempts = [];
        foreach (var command in Commands(kind))
            attempts.AddRange((await processes.Web.AskAsync(command, cancel)).Attempts);

        // A client's connection is made before its server has accepted it: look until all is seen, and once more in any case.
        var began = clock.GetTimestamp();
        while (true)
        {
            await Task.Delay(Glance, clock, cancel);
            var seen = SeenByServers(kind, await AskServersAsync(cancel)) - SeenByServers(kind, from);
            if (seen >= attempts.Count(attempt => attempt.Outcome == Outcome.Answered) || clock.GetElapsedTime(began) > AcceptPatience)
                return new Attack(kind, attempts, seen);
        }
    }

    /// <summary>Gbit/s, as the receiver counted them.</summary>
    public static async Task<double> TransferAsync(WorkloadProcess sender, DemoMember receiver, TimeSpan duration, CancellationToken cancel)
    {
        var reply = await sender.AskAsync(
            new WorkloadCommand
            {
                Do = WorkloadCommand.Bulk,
                Addresses = [$"{receiver.Address4}"],
                Ports = [WorkloadRole.BulkPort],
                Milliseconds = (int)duration.TotalMilliseconds,
            },
            cancel);
        return reply.BulkMicroseconds == 0 ? 0 : reply.BulkBytes * 8.0 / reply.BulkMicroseconds / 1000;
    }

    private async Task<Observation> AskServersAsync(CancellationToken cancel)
    {
        var replies = await Task.WhenAll(new[] { processes.Api, processes.Db, processes.Stranger }.Select(process => AskAsync(process, cancel)));
        return new Observation(new WorkloadReply(), replies[0], replies[1], replies[2]);
    }

    private static Task<WorkloadReply> AskAsync(WorkloadProcess process, CancellationToken cancel) =>
        process.AskAsync(new WorkloadCommand { Do = WorkloadCommand.Status }, cancel);

    private IEnumerable<WorkloadCommand> Commands(AttackKind kind) => kind switch
    {
        AttackKind.ReadDatabase => [Command(WorkloadCommand.RedisGet, network.Db.Addresses, [WorkloadRole.DbPort])],
        AttackKind.ScanPorts =>
        [
            Command(WorkloadCommand.Scan, [$"{network.Api.Address4}"], ApiScan),
            Command(WorkloadCommand.Scan, [$"{network.Db.Address4}"], DbScan),
        ],
        _ => [Command(WorkloadCommand.Talk, DemoNetwork.StrangerAddresses, [WorkloadRole.StrangerPort])],
    };

    /// <summary>Connections to ports that legitimate traffic never opens: api's one connection to db stays open.</summary>
    private static long SeenByServers(AttackKind kind, Observation observation) => kind switch
    {
        AttackKind.ReadDatabase => Observation.Connections(observation.Db, WorkloadRole.DbPort),
        AttackKind.ScanPorts => Observation.Connections(observation.Db, WorkloadRole.DbPort) + Observation.Connections(observation.Api, WorkloadRole.AdminPort),
        _ => Observation.Connections(observation.Stranger, WorkloadRole.StrangerPort),
    };

    private static WorkloadCommand Command(string what, IReadOnlyList<string> addresses, IReadOnlyList<int> ports) =>
        new() { Do = what, Addresses = addresses, Ports = ports, Milliseconds = AttackPatienceMilliseconds };
}
