using System.Text;
using System.Text.Json.Nodes;
using Weir.TcpIp.Course.Replay;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Course;

/// <summary>The step files of <c>tests/golden/tcp</c>, which <c>generate.py</c> there writes from models of its own.</summary>
public class VectorTests
{
    public static TheoryData<string> Files =>
        ["byte_stream", "reassembler", "wrapping_integers", "receiver", "sender", "net_interface", "router"];

    [Theory, MemberData(nameof(Files))]
    public void Every_case_passes(string file)
    {
        string[] lines = LinesOf(file);
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            var result = StepCase.Run(Encoding.UTF8.GetBytes(line));
            Assert.True(result.HasPassed, $"{result.Suite}, {result.Test}: {result.Error}{string.Concat(result.Failures.Take(3).Select(failure => $"\nstep {failure.Number}: {failure.Step}: {failure.Seen}"))}");
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void A_changed_expectation_fails_in_its_step(string file)
    {
        var random = new SeededGenerator(7);
        int changed = 0;
        foreach (string line in LinesOf(file))
        {
            var parsed = JsonNode.Parse(line)!;
            var steps = parsed["steps"]!.AsArray();
            int number = random.Next(0, steps.Count);
            if (!Break(steps[number]!.AsObject()))
            {
                continue;
            }

            changed++;
            var result = StepCase.Run(Encoding.UTF8.GetBytes(parsed.ToJsonString()));
            Assert.Null(result.Error);
            Assert.Contains(number + 1, result.Failures.Select(failure => failure.Number));
        }

        Assert.NotEqual(0, changed);
    }

    [Fact]
    public void All_programs_of_the_course_have_their_cases()
    {
        var suites = Files.SelectMany(file => LinesOf(file.Data)).Select(line => (string)JsonNode.Parse(line)!["suite"]!).ToHashSet();
        string[] expected =
        [
            .. Named("byte_stream_", "basics capacity one_write two_writes many_writes stress_test"),
            .. Named("reassembler_", "single cap seq dup holes overlapping win"),
            .. Named("wrapping_integers_", "cmp wrap unwrap roundtrip extra"),
            .. Named("recv_", "connect transmit window reorder reorder_more close special"),
            .. Named("send_", "connect transmit retx window ack close extra"),
            "net_interface", "router",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), suites.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Named(string prefix, string names) => names.Split(' ').Select(name => prefix + name);

    private static string[] LinesOf(string file) => File.ReadAllLines(GoldenFile.PathOf($"tcp/{file}.jsonl"));

    // False: the step expects nothing that has an opposite.
    private static bool Break(JsonObject step)
    {
        switch ((string?)step["expect"])
        {
            case null when (string?)step["op"] == "read_all":
                step["data"] = (string)step["data"]! + "x";
                return true;
            case null or "peek_prefix" or "ackno_between" or "host_receives" or "roundtrip" or "roundtrip_checkpoints" or "roundtrip_values":
                return false;
            case "message":
                step["seqno"] = (uint)step["seqno"]! ^ 1;
                return true;
            case "no_message" or "no_frame" or "no_frames":
                return false;
            case "frame" or "interface_sends":
                step["frame"] = (string)step["frame"]! + "00";
                return true;
            case "peek_all":
                step["data"] = (string)step["data"]! + "x";
                return true;
            default:
                step["value"] = step["value"] switch
                {
                    null => 1,
                    var value when value.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => !(bool)value,
                    var value => (ulong)value ^ 1,
                };
                return true;
        }
    }
}
