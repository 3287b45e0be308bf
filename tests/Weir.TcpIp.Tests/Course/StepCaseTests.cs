using System.Text;
using Weir.TcpIp.Course.Replay;
using Weir.Testing;

namespace Weir.TcpIp.Tests.Course;

public class StepCaseTests
{
    private const string Stream = """{"suite":"s","test":"t","params":{"class":"ByteStream","capacity":4},"steps":[STEPS]}""";

    [Fact]
    public void A_failing_step_says_where_and_what_was_seen_and_the_next_steps_are_run_too()
    {
        var result = Run("""{"op":"push","data":"ab"},{"expect":"bytes_pushed","value":3},{"op":"read_all","data":"b"},{"expect":"buffer_empty","value":true}""");

        Assert.Equal(("s", "t", null, false), (result.Suite, result.Test, result.Error, result.HasPassed));
        Assert.Equal(
            [
                new StepFailure(2, """{"expect":"bytes_pushed","value":3}""", "bytes_pushed is 2, not 3"),
                new StepFailure(3, """{"op":"read_all","data":"b"}""", "read \"a\""),
                new StepFailure(4, """{"expect":"buffer_empty","value":true}""", "buffer_empty is false, not true"),
            ],
            result.Failures);
    }

    [Theory]
    [InlineData("""{"op":"push","data":"\u00e9\u0000\u00ff"},{"op":"read_all","data":"\u00e9\u0000\u00ff"}""")]
    [InlineData("""{"op":"push","data":"abc"},{"expect":"peek_prefix","data":"a"},{"expect":"peek_prefix","data":"abcd"}""")]
    [InlineData("""{"expect":"peek_prefix","data":""},{"expect":"peek_all","data":""}""")]
    [InlineData("""{"op":"pop","len":18446744073709551615},{"op":"push"},{"op":"close","note":"other fields are not read"}""")]
    public void Such_steps_pass(string steps) => Assert.True(Run(steps).HasPassed);

    [Theory]
    [InlineData("""{"expect":"peek_prefix","data":"a"}""")]
    [InlineData("""{"op":"push","data":"a"},{"expect":"peek_prefix","data":""}""")]
    [InlineData("""{"op":"push","data":"ab"},{"expect":"peek_all","data":"a"}""")]
    [InlineData("""{"op":"push","data":"ab"},{"op":"read_all","data":"a"}""")]
    [InlineData("""{"op":"read_all","data":"a"}""")]
    public void Such_steps_fail(string steps) => Assert.Equal((null, 1), (Run(steps).Error, Run(steps).Failures.Count));

    [Theory]
    [InlineData("", "no JSON: ")]
    [InlineData("{", "no JSON: ")]
    [InlineData("[]", "the line is no JSON object")]
    [InlineData("{} {}", "something follows the JSON object")]
    [InlineData("{}", "\"suite\" is missing")]
    [InlineData("""{"suite":1}""", "\"suite\" is not a string")]
    [InlineData("""{"suite":"s","test":"t"}""", "\"params\" is missing")]
    [InlineData("""{"suite":"s","test":"t","params":7}""", "\"params\" is no JSON object")]
    [InlineData("""{"suite":"s","test":"t","params":{"class":"Teapot"},"steps":[]}""", "unknown class \"Teapot\"")]
    [InlineData("""{"suite":"s","test":"t","params":{"class":"ByteStream"},"steps":[]}""", "\"capacity\" is missing")]
    [InlineData("""{"suite":"s","test":"t","params":{"class":"ByteStream","capacity":9999999999},"steps":[]}""", "\"capacity\" is not a number from 0 to 268435456")]
    [InlineData("""{"suite":"s","test":"t","params":{"class":"Wrap32"}}""", "\"steps\" is missing")]
    [InlineData("""{"suite":"s","test":"t","params":{"class":"Wrap32"},"steps":{}}""", "\"steps\" is not a list")]
    [InlineData("""{"suite":"s","test":"t","params":{"class":"Wrap32"},"steps":[7]}""", "an element of \"steps\" is no JSON object")]
    [InlineData("""{"suite":"\ud800","test":"t","params":{"class":"Wrap32"},"steps":[]}""", "no JSON: ")]
    public void A_line_that_is_no_case_is_told(string line, string error) =>
        Assert.StartsWith(error, StepCase.Run(Encoding.UTF8.GetBytes(line)).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"op":"fly"}""", "step 1: unknown op \"fly\" of class ByteStream")]
    [InlineData("""{"expect":"rain","value":1}""", "step 1: unknown expectation \"rain\" of class ByteStream")]
    [InlineData("""{"op":"close"},{}""", "step 2: a step has either \"op\" or \"expect\"")]
    [InlineData("""{"op":"pop"}""", "step 1: \"len\" is missing")]
    [InlineData("""{"op":"pop","len":-1}""", "step 1: \"len\" is not a whole number")]
    [InlineData("""{"op":"pop","len":18446744073709551616}""", "step 1: \"len\" is not a whole number")]
    [InlineData("""{"op":"push","data":"\u0100"}""", "step 1: \"data\" is not bytes")]
    [InlineData("""{"expect":"is_closed"}""", "step 1: \"value\" is missing")]
    [InlineData("""{"expect":"is_closed","value":0}""", "step 1: \"value\" is not true or false")]
    public void A_step_that_is_none_is_told_by_number(string steps, string error) =>
        Assert.StartsWith(error, Run(steps).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("Reassembler", "\"capacity\":1", "push")]
    [InlineData("TCPReceiver", "\"capacity\":1", "push")]
    [InlineData("TCPSender", "\"rto_ms\":1,\"isn\":1,\"send_capacity\":1", "pop")]
    [InlineData("NetworkInterface", "\"mac\":\"02:00:00:00:00:01\",\"ip\":\"10.0.0.1\"", "push")]
    [InlineData("Router", "\"hosts\":[],\"interfaces\":[],\"routes\":[]", "push")]
    [InlineData("Wrap32", "\"x\":1", "push")]
    public void Each_class_names_what_it_does_not_know(string name, string parameters, string op)
    {
        string line = $$"""{"suite":"s","test":"t","params":{"class":"{{name}}",{{parameters}}},"steps":[{"STEP":"{{op}}"}]}""";

        Assert.Equal($"step 1: unknown op \"{op}\" of class {name}", StepCase.Run(Encoding.UTF8.GetBytes(line.Replace("STEP", "op"))).Error);
        Assert.Equal($"step 1: unknown expectation \"{op}\" of class {name}", StepCase.Run(Encoding.UTF8.GetBytes(line.Replace("STEP", "expect"))).Error);
    }

    [Fact]
    public void A_datagram_that_was_announced_and_does_not_come_fails_the_run()
    {
        const string Line = """{"suite":"s","test":"t","params":{"class":"Router","hosts":[{"name":"h","ip":"10.0.0.2","next_hop":null,"segment":"a"}],"interfaces":[],"routes":[]},"steps":[{"expect":"host_receives","host":"h","datagram":"4500"},{"op":"run"},{"op":"run"},{"op":"host_send","host":"h","datagram":"45"}]}""";
        var result = StepCase.Run(Encoding.UTF8.GetBytes(Line));

        Assert.Equal([(2, "host h did not receive 4500")], result.Failures.Select(failure => (failure.Number, failure.Seen)));
        Assert.Equal("step 4: host \"h\" has no next hop, and never sends", result.Error);
    }

    [Fact]
    public void A_network_in_which_frames_multiply_comes_to_an_end()
    {
        // Stations with one and the same address hear every frame, and each forwards it to the others.
        string interfaces = string.Join(',', Enumerable.Range(0, 12).Select(i => $$"""{"name":"i{{i}}","ip":"10.0.0.{{i + 1}}","segment":"a","mac":"02:00:00:00:00:01"}"""));
        string routes = """{"prefix":"0.0.0.0","len":0,"next_hop":"10.0.0.2","interface":"i0"}""";
        string datagram = Convert.ToHexStringLower(PacketBuilder.Udp("10.0.0.9:1", "9.9.9.9:2", "x").Build().AsSpan(14));
        string line = $$"""{"suite":"s","test":"t","params":{"class":"Router","hosts":[{"name":"h","ip":"10.0.0.99","next_hop":"10.0.0.1","segment":"a"}],"interfaces":[{{interfaces}}],"routes":[{{routes}}]},"steps":[{"op":"host_send","host":"h","datagram":"{{datagram}}"},{"op":"run"}]}""";

        Assert.Equal("step 2: the network sends more than 100000 frames", StepCase.Run(Encoding.UTF8.GetBytes(line)).Error);
    }

    [Fact]
    public void A_case_changed_anywhere_gives_a_result()
    {
        var random = new SeededGenerator(11);
        byte[][] lines = [.. VectorTests.Files.Select(file => Encoding.UTF8.GetBytes(File.ReadLines(GoldenFile.PathOf($"tcp/{file.Data}.jsonl")).MinBy(line => line.Length)!))];
        for (int i = 0; i < 3000; i++)
        {
            Assert.NotNull(StepCase.Run(random.Mutate(random.Pick(lines))));
        }
    }

    private static StepResult Run(string steps) => StepCase.Run(Encoding.UTF8.GetBytes(Stream.Replace("STEPS", steps)));
}
