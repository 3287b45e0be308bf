using System.Text;
using System.Text.Json;
using Weir.Cli.Tcp;
using Weir.Cli.Tests.Commands;
using Weir.Testing;

namespace Weir.Cli.Tests.Tcp;

public sealed class ReplayTests : IDisposable
{
    private const string Right = """{"suite":"s","test":"right","params":{"class":"ByteStream","capacity":4},"steps":[{"op":"push","data":"ab"},{"op":"read_all","data":"ab"}]}""";
    private const string Wrong = """{"suite":"s","test":"wrong","params":{"class":"ByteStream","capacity":4},"steps":[{"op":"push","data":"ab"},{"expect":"bytes_pushed","value":3}]}""";
    private const string Unknown = """{"suite":"s","test":"unknown","params":{"class":"ByteStream","capacity":4},"steps":[{"op":"fly"}]}""";

    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task All_passed_is_0()
    {
        var run = await CommandRun.OfAsync("tcp", "replay", _folder.Write("a", $"{Right}\r\n\n{Right}"), _folder.Write("b", $"\uFEFF{Right}\n"));
        Assert.Equal(new CommandRun(0, "3 passed, 0 failed\n", ""), run);
    }

    [Fact]
    public async Task A_failing_step_is_shown_and_1()
    {
        var run = await CommandRun.OfAsync("tcp", "replay", _folder.Write("a", $"{Wrong}\n{Right}\n"));
        Assert.Equal(new CommandRun(1, "s, wrong, step 2: {\"expect\":\"bytes_pushed\",\"value\":3}: bytes_pushed is 2, not 3\n1 passed, 1 failed\n", ""), run);
    }

    [Fact]
    public async Task A_line_that_is_no_case_is_named_and_2_and_the_rest_is_run()
    {
        var file = _folder.Write("a", $"{Right}\n{Unknown}\nno JSON\n{Wrong}\n");
        var run = await CommandRun.OfAsync("tcp", "replay", file);
        Assert.Equal(2, run.ExitCode);
        Assert.EndsWith("\n1 passed, 1 failed\n", run.Output, StringComparison.Ordinal);
        Assert.Contains($"weir: {file}, line 2: step 1: unknown op \"fly\" of class ByteStream\n", run.Error, StringComparison.Ordinal);
        Assert.Contains($"weir: {file}, line 3: no JSON: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_same()
    {
        var run = await CommandRun.OfAsync("tcp", "replay", "--json", _folder.Write("a", $"{Right}\n{Unknown}\n{Wrong}\n"));
        var report = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((1, 1), (report.GetProperty("passed").GetInt32(), report.GetProperty("failed").GetInt32()));
        Assert.Equal("bytes_pushed is 2, not 3", report.GetProperty("failures")[0].GetProperty("seen").GetString());
        Assert.Equal(2, report.GetProperty("errors")[0].GetProperty("line").GetInt32());
        Assert.Equal((2, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_2()
    {
        var run = await CommandRun.OfAsync("tcp", "replay", _folder.PathOf("none"));
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("none can't be read", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Lines_come_whole_however_the_bytes_come(int piece)
    {
        string[] lines = ["", "a", new('b', 70_000), "", new('c', 200_000)];
        var reader = new LineReader(new SlowStream(Encoding.UTF8.GetBytes(string.Join('\n', lines)), piece));
        foreach (var line in lines)
            Assert.Equal(line, Encoding.UTF8.GetString((await reader.ReadAsync(TestContext.Current.CancellationToken))!.Value.Span));
        Assert.Null(await reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_line_without_end_is_refused()
    {
        var reader = new LineReader(new SlowStream(new byte[65 << 20], int.MaxValue));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();

    private sealed class SlowStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, piece)], cancellationToken);
    }
}
