using Weir.Testing;

namespace Weir.EndToEnd.Tests.Access;

/// <summary>Root and the members of one group may talk to the agent; others are refused with words, by the command line and by the socket itself.</summary>
public class AccessTests
{
    private const int Refused = 3;
    private const string Nobody = "65534";

    // No group of this number need exist: weir.yaml takes numbers too.
    private const string Group = "54321";

    private static readonly string[][] Commands =
    [
        ["status"], ["workloads"], ["flows"], ["flows", "-f"], ["map"], ["policy", "get"], ["verify"], ["plan", "web"],
        ["capture", "web", "--mode", "inline"], ["release", "--all"], ["mode", "web", "protect"],
    ];

    [Fact]
    public void A_stranger_is_refused_with_words_by_every_command()
    {
        using Place place = new();
        place.Agent.Start();
        foreach (string[] command in Commands)
        {
            ToolResult result = place.RunAs(groups: null, command);
            CheckRefused(result);
            Assert.Contains("socketGroup", result.Error);
        }

        Assert.Equal(0, place.Agent.Json("status").GetProperty("captured").GetInt32());
    }

    [Fact]
    public void A_stranger_who_can_open_the_socket_is_refused_by_who_he_is()
    {
        using Place place = new();
        place.Agent.Start();
        Assert.NotEqual(0, place.Curl(groups: null).ExitCode);

        // Somebody has opened the socket for all: the agent still asks the kernel who is there.
        File.SetUnixFileMode(place.Agent.Socket, (UnixFileMode)0b110_110_110);
        ToolResult answer = place.Curl(groups: null);
        Assert.EndsWith("403\n", answer.Output);
        Assert.Contains($"User {Nobody} may not use this agent.", answer.Output);
        ToolResult command = place.RunAs(groups: null, "status");
        CheckRefused(command);
        Assert.Contains($"User {Nobody} may not use this agent.", command.Error);
    }

    [Fact]
    public void A_member_of_the_configured_group_may_do_all()
    {
        using Place place = new();
        place.Agent.Start();
        Assert.EndsWith("200\n", place.Curl(Group).Output);
        place.RunAs(Group, "status").Check();
        place.RunAs(Group, "capture", "web", "--mode", "inline").Check();
        Assert.Equal(1, place.RunAs(Group, "status", "--json").Check().Json.GetProperty("captured").GetInt32());
        place.RunAs(Group, "release", "--all").Check();
        CheckRefused(place.RunAs("54322", "status"));
    }

    [Fact]
    public void Commands_that_act_without_an_agent_refuse_who_is_not_root()
    {
        using Place place = new();
        string[][] commands = [["capture", "web", "--mode", "inline"], ["capture", "web", "--mode", "tap"], ["release", "--all"], ["release", "web"], ["plan", "web"], ["verify"], ["up"]];
        foreach (string[] command in commands)
        {
            ToolResult result = place.RunAs(Group, command);
            CheckRefused(result);
            Assert.Contains("root", result.Error);
        }

        Assert.False(Directory.Exists(place.Agent.StateDirectory));
    }

    private static void CheckRefused(ToolResult result)
    {
        Assert.True(result.ExitCode == Refused, result.ToString());
        Assert.StartsWith("weir: ", result.Error);
        Assert.True(result.Error.Split('\n').All(line => !line.StartsWith("   at ", StringComparison.Ordinal)) && !result.Error.Contains("Exception", StringComparison.Ordinal), result.ToString());
        Assert.Empty(result.Output);
    }

    /// <summary>An agent with one workload, and a copy of the program where everybody may start it.</summary>
    private sealed class Place : IDisposable
    {
        private readonly ScratchFolder _folder = new();
        private readonly TestHost _host;
        private readonly string _program;

        public Place()
        {
            WeirAgent.Require();
            RootTier.Require("setpriv", "curl");
            _host = new TestHost(workloadCount: 1);
            Agent = new WeirAgent(new Dictionary<string, TestWorkload> { ["web"] = _host[0] }, $"socketGroup: \"{Group}\"");
            _program = _folder.PathOf("program");
            Tool.Run("cp", "-r", Path.GetDirectoryName(WeirAgent.Program)! + "/.", _program);
            Tool.Run("chmod", "-R", "a+rX", _program);
        }

        public WeirAgent Agent { get; }

        /// <summary>A command as the user nobody, with this group besides his own.</summary>
        public ToolResult RunAs(string? groups, params IReadOnlyList<string> command) =>
            As(groups, [Path.Combine(_program, "weir"), .. command, "--state", Agent.StateDirectory, "--socket", Agent.Socket]);

        /// <summary>The status without Weir's own client; the answer ends with its HTTP status.</summary>
        public ToolResult Curl(string? groups) => As(groups, ["curl", "-s", "-w", "%{http_code}", "--unix-socket", Agent.Socket, "http://weir/v1/status"]);

        public void Dispose()
        {
            Agent.Dispose();
            _host.Dispose();
            _folder.Dispose();
        }

        private static ToolResult As(string? groups, IReadOnlyList<string> command) =>
            Tool.Try("setpriv", ["--reuid", Nobody, "--regid", Nobody, .. groups is null ? (string[])["--clear-groups"] : ["--groups", groups], .. command]);
    }
}
