using Weir.Agent.Configuration;
using Weir.Capture;
using Weir.Policy;
using Weir.Testing;

namespace Weir.Agent.Tests.Configuration;

public sealed class AgentConfigTests
{
    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    [InlineData("---\n")]
    [InlineData("workloads:\nrules: ~\nring:\n")]
    public void An_empty_file_is_the_defaults(string text)
    {
        var result = AgentConfig.Parse(text, "weir.yaml");
        Assert.Empty(result.Findings);
        Assert.Equal("/var/lib/weir", result.Value!.StateDirectory);
        Assert.Equal("/var/lib/weir/weir.db", result.Value.StorePath);
        Assert.Equal(new PolicyConfig(), result.Value.Policy);
        Assert.False(result.Value.HasPolicy);
    }

    [Fact]
    public void The_example_file_is_right_and_shows_the_defaults()
    {
        var result = AgentConfig.Load(Path.Combine(Repository.Root, "docs", "weir.example.yaml"));
        Assert.Empty(result.Findings);
        var config = result.Value!;
        var defaults = new AgentConfig();
        Assert.Equal(
            defaults with { Workloads = [], Policy = new PolicyConfig() },
            config with { Workloads = defaults.Workloads, Policy = defaults.Policy, HasPolicy = false });
        Assert.True(config.HasPolicy);
        Assert.Equal([CaptureMode.Inline, CaptureMode.Inline, CaptureMode.Tap], config.Workloads.Select(w => w.Capture));
        Assert.Equal(["web", "api", "/run/netns/db"], config.Workloads.Select(w => w.Namespace));
        Assert.Equal([10, 20, 30], config.Policy.Rules.Select(r => r.Id));
    }

    [Fact]
    public void Every_key_is_read()
    {
        const string Text = """
            state: /tmp/state
            socket: /tmp/weir.sock
            socketGroup: adm
            namespace: weir-test
            failClosed: true
            heartbeat: 1.5s
            ring: {slots: 1024}
            sessions: {max: 5000}
            workloads: [{name: one, namespace: /proc/1/ns/net, labels: {app: "80", on: yes}, capture: none}]
            defaultMode: monitor
            """;
        var config = AgentConfig.Parse(Text, "weir.yaml").Value!;
        Assert.Equal(("/tmp/state", "/tmp/weir.sock", "adm", "weir-test", true), (config.StateDirectory, config.SocketPath, config.SocketGroup, config.Namespace, config.FailClosed));
        Assert.Equal((TimeSpan.FromMilliseconds(1500), 1024, 5000), (config.Heartbeat, config.RingSlots, config.MaximumSessions));
        Assert.Equal(PolicyMode.Monitor, config.Policy.DefaultMode);
        var workload = Assert.Single(config.Workloads);
        Assert.Equal(("one", "/proc/1/ns/net", null), (workload.Name, workload.Namespace, workload.Capture));
        Assert.Equal([("app", "80"), ("on", "yes")], workload.Labels.Select(l => (l.Key, l.Value)));
        Assert.Equal(new CaptureSettings("/tmp/state", "weir-test") { FailClosed = true, HeartbeatTimeout = TimeSpan.FromMilliseconds(1500) }, AgentOptions.From(config).CaptureSettings);
    }

    [Fact]
    public void All_mistakes_of_a_file_are_found_at_once_with_line_and_column()
    {
        const string Text = """
            stat: /var/lib/weir
            socket: weir.sock
            failClosed: maybe
            heartbeat: 5
            ring: {slots: 1000}
            sessions: {max: many, min: 3}
            workloads:
            - name: web
              capture: inlin
            - namespace: [api]
            - name: web
            - name: "two words"
            defaultMode: portect
            groups:
            - labels: {tier: front}
            rules:
            - id: 1
              from: frontt
              to: 10.0.0.0/33
              ports: [tcp/80, tcp/x]
              applications: [htpp]
            - not a rule
            failClosed: true
            """;
        var result = AgentConfig.Parse(Text, "weir.yaml");
        Assert.Null(result.Value);
        Assert.Equal(
            [
                "weir.yaml:1:1", "weir.yaml:2:9", "weir.yaml:3:13", "weir.yaml:4:12", "weir.yaml:5:15", "weir.yaml:6:17", "weir.yaml:6:23",
                "weir.yaml:9:12", "weir.yaml:10:3", "weir.yaml:10:14", "weir.yaml:11:9", "weir.yaml:12:9", "weir.yaml:13:14", "weir.yaml:15:3", "weir.yaml:15:3",
                "weir.yaml:17:3", "weir.yaml:18:9", "weir.yaml:19:7", "weir.yaml:20:19", "weir.yaml:21:18", "weir.yaml:22:3", "weir.yaml:23:1",
            ],
            result.Findings.Select(f => f.Where));
        Assert.Contains("did you mean 'state'?", result.Findings[0].Fix, StringComparison.Ordinal);
        Assert.Contains("did you mean 'inline'?", result.Findings[7].Fix, StringComparison.Ordinal);
        Assert.Contains("did you mean 'protect'?", result.Findings[12].Fix, StringComparison.Ordinal);
        Assert.Contains("did you mean 'http'?", result.Findings[19].Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_do_not_stop_a_file()
    {
        var result = AgentConfig.Parse("rules:\n- {id: 1, action: allow, from: any, to: any}\n- {id: 2, action: deny, from: any, to: any}\n", "weir.yaml");
        Assert.NotNull(result.Value);
        var finding = Assert.Single(result.Findings);
        Assert.Equal((FindingSeverity.Warning, "weir.yaml:3:3"), (finding.Severity, finding.Where));
    }

    [Fact]
    public void Rules_may_name_the_files_workloads()
        => Assert.Empty(AgentConfig.Parse("workloads: [{name: web}]\nrules: [{id: 1, action: allow, from: web, to: any}]\n", "weir.yaml").Findings);

    [Fact]
    public void A_file_that_is_not_there_is_a_finding()
    {
        var finding = Assert.Single(AgentConfig.Load("/nonexistent/weir.yaml").Findings);
        Assert.StartsWith("/nonexistent/weir.yaml: error: can't be read", finding.ToString(), StringComparison.Ordinal);
    }
}
