using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Agent.Api;
using Weir.Agent.Tests.Service;
using Weir.Capture;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.Api;

public sealed class ApiTests : IDisposable
{
    private const string Web = "10.0.0.1";
    private const string Db = "10.0.0.2";

    private readonly ScratchFolder _folder = new();
    private readonly FakeHost _host = new FakeHost().With("web", Web).With("db", Db);

    private string SocketPath => _folder.PathOf("weir.sock");

    [Fact]
    public async Task The_client_gets_what_the_agent_has()
    {
        await using var agent = Start();
        using var client = await ConnectAsync();
        var captured = await client.CaptureAsync("db", CaptureMode.Inline, Cancel);
        Assert.Equal(("db", CaptureMode.Inline, "02:00:00:00:00:01"), (captured.Workload, captured.Mode, captured.Ports.Single().Address));
        Assert.Single(captured.Steps);
        Assert.Equal(1, (await client.StatusAsync(Cancel)).Captured);
        Assert.Equal(CaptureMode.Inline, (await client.WorkloadsAsync(Cancel)).Single(workload => workload.Name == "db").Capture);
        Assert.True((await client.VerifyAsync(Cancel)).InPlace);

        await client.SetModeAsync("db", PolicyMode.Protect, Cancel);
        _host.Session("db", Web, Db, 22, Application.Unknown);
        Assert.Equal("no rule allows it; db is in protect", (await client.ViolationsAsync(new FlowQuery(), Cancel)).Single().Reason);
        Assert.Equal(PolicyAction.Deny, (await client.FlowsAsync(new FlowQuery(), Cancel)).Single().Verdict);
        Assert.Equal("web", (await client.ConversationsAsync(new FlowQuery(), Cancel)).Single().From);
        Assert.Equal(["db"], (await client.ReleaseAllAsync(Cancel)).Released);
    }

    [Fact]
    public async Task A_policy_goes_in_and_out_unchanged()
    {
        await using var agent = Start();
        using var client = await ConnectAsync();
        var policy = new PolicyConfig
        {
            DefaultMode = PolicyMode.Monitor,
            Groups = [new PolicyGroup { Name = "data", Labels = new Dictionary<string, string> { ["tier"] = "data" }, Mode = PolicyMode.Protect }],
            Rules = [new PolicyRule { Id = 7, From = "web", To = "data", Ports = ["tcp/5432"], Applications = [Application.PostgreSql], Action = RuleAction.Deny, Comment = "for now" }],
        };
        Assert.Equal(policy, await client.ApplyPolicyAsync(policy, Cancel));
        Assert.Equal(policy, await client.PolicyAsync(Cancel));

        var wrong = policy with { Rules = [policy.Rules[0] with { To = "dataa" }] };
        var check = await client.CheckPolicyAsync(wrong, Cancel);
        Assert.False(check.Valid);
        var refusal = await Assert.ThrowsAsync<AgentException>(() => client.ApplyPolicyAsync(wrong, Cancel));
        Assert.Equal(check.Findings, refusal.Findings);
        Assert.Equal(AgentProblem.Request, refusal.Problem);
    }

    [Fact]
    public async Task Live_flows_come_a_line_each_until_the_agent_stops()
    {
        var agent = Start();
        using var client = await ConnectAsync();
        agent.Capture("db", CaptureMode.Inline);
        var flows = client.LiveFlowsAsync(new FlowQuery { To = "db" }, Cancel).GetAsyncEnumerator(Cancel);
        var first = flows.MoveNextAsync();
        while (!first.IsCompleted)
        {
            // Whatever comes after the request has arrived.
            _host.Session("db", Web, Db, 6379, Application.Redis);
            await Task.Yield();
        }

        Assert.True(await first);
        Assert.Equal(("web", "db", 6379), (flows.Current.From, flows.Current.To, flows.Current.Port));

        await agent.DisposeAsync();
        while (await flows.MoveNextAsync())
            Assert.Equal("db", flows.Current.To);
        await flows.DisposeAsync();
    }

    [Fact]
    public async Task Errors_are_problem_details_that_say_what_to_do()
    {
        await using var agent = Start();
        using var http = RawClient();
        await Expect(http, HttpMethod.Get, "/v1/nothing", null, 404, "GET /openapi/v1.json lists everything.");
        await Expect(http, HttpMethod.Get, "/v1/flows?verdict=maybe", null, 400, "accept, learn, violate, deny");
        await Expect(http, HttpMethod.Get, "/v1/flows?limit=x", null, 400, "limit");
        await Expect(http, HttpMethod.Post, "/v1/workloads/nobody/capture", """{"mode":"inline"}""", 404, "Workloads: db, web.");
        await Expect(http, HttpMethod.Post, "/v1/workloads/db/capture", """{"mode":"outline"}""", 400, "mode");
        await Expect(http, HttpMethod.Put, "/v1/groups/db/mode", """{"mode":7}""", 400, "The body");
        await Expect(http, HttpMethod.Delete, "/v1/policy", null, 404, "GET /openapi/v1.json lists everything.");
    }

    [Fact]
    public async Task The_openapi_text_describes_every_path()
    {
        await using var agent = Start();
        using var http = RawClient();
        var text = await http.GetStringAsync("/openapi/v1.json", Cancel);
        using var document = JsonDocument.Parse(text);
        string[] paths = [.. document.RootElement.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal)];
        GoldenFile.Compare("api/paths.txt", string.Join('\n', paths));
    }

    [Fact]
    public async Task The_socket_is_for_its_owner_and_group_alone()
    {
        await using var agent = Start();
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(SocketPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.PathOf("state")));
    }

    [Theory]
    [InlineData(0u, 0u, true)]
    [InlineData(1000u, 1000u, false)]
    [InlineData(1000u, 77u, true)]
    [InlineData(1001u, 1000u, true, 77u)]
    [InlineData(1001u, 1000u, false, 78u)]
    public void Root_and_the_groups_members_may_ask(uint user, uint group, bool expected, params uint[] others) =>
        Assert.Equal(expected, new PeerCredentials(1, user, group, others).MayUse(group: 77));

    [Fact]
    public async Task The_kernel_tells_who_asks()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder.PathOf("peer.sock")));
        listener.Listen();
        using var asking = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await asking.ConnectAsync(new UnixDomainSocketEndPoint(_folder.PathOf("peer.sock")), Cancel);
        using var accepted = await listener.AcceptAsync(Cancel);
        Assert.Equal(Environment.ProcessId, PeerCredentials.Of(accepted).ProcessId);
    }

    [Fact]
    public async Task A_socket_that_a_crash_left_is_replaced_and_a_living_agents_is_not()
    {
        // Bound, but nobody listens: what connecting to a dead agent's socket looks like.
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(SocketPath));
        Assert.True(File.Exists(SocketPath));
        Assert.Null(await AgentClient.FindAsync(SocketPath, Cancel));

        await using var agent = Start();
        var refusal = Assert.Throws<AgentException>(() => Start("other"));
        Assert.Contains("Another agent answers", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_does_not_exist_is_a_finding()
    {
        var file = _folder.Write("group", "root:x:0:\nweir:x:77:ann,bob\n");
        Assert.Equal(77u, Groups.Find("weir", file));
        Assert.Equal(12u, Groups.Find("12", file));
        Assert.Null(Groups.Find("beaver", file));
    }

    public void Dispose() => _folder.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task Expect(HttpClient http, HttpMethod method, string path, string? body, int status, string words)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await http.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(status == (int)response.StatusCode, $"{path}: {(int)response.StatusCode} {text}");
        Assert.Equal(ApiProblem.ContentType, response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(words, text, StringComparison.Ordinal);
    }

    private AgentService Start(string state = "state")
    {
        var options = new AgentOptions { StateDirectory = _folder.PathOf(state), SocketPath = SocketPath };
        return AgentService.Start(options, new Captures(new CaptureSettings(options.StateDirectory, "weir-test")), _host.Parts(new MemoryStore()));
    }

    private async Task<AgentClient> ConnectAsync() => await AgentClient.FindAsync(SocketPath, Cancel) ?? throw new InvalidOperationException("no agent");

    private HttpClient RawClient() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://weir") };
}
