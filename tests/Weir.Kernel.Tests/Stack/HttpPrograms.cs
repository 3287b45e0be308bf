using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>What curl does to an HTTP server that has its file at /file and takes PUTs below /upload.</summary>
internal static class HttpPrograms
{
    private const int AtOnce = 100;

    /// <param name="client">Where curl runs.</param>
    /// <param name="folder">For its files.</param>
    /// <param name="file">What /file is.</param>
    /// <param name="http1">The server with HTTP/1.1: scheme, address, port.</param>
    /// <param name="http2">The server with HTTP/2 without TLS, for clients that know.</param>
    internal static void Check(TestNamespace client, ScratchFolder folder, byte[] file, string http1, string http2)
    {
        var (down, up) = (folder.PathOf("down"), folder.PathOf("up"));
        File.WriteAllBytes(up, file);
        foreach (var (server, words) in (IEnumerable<(string, string[])>)[(http1, ["--http1.1"]), (http2, ["--http2-prior-knowledge"])])
        {
            Curl([.. words, "-o", down, $"{server}/file"]);
            Assert.True(file.AsSpan().SequenceEqual(File.ReadAllBytes(down)), $"/file of {server} came as it is");
            Curl([.. words, "-T", up, "-o", folder.PathOf("said"), $"{server}/upload/body"]);
            Curl([.. words, "-o", down, $"{server}/upload/body"]);
            Assert.True(file.AsSpan().SequenceEqual(File.ReadAllBytes(down)), $"what was put to {server} comes back");
        }

        // One connection for all of them.
        Assert.Equal("1\n0\n0\n", Curl("-w", "%{num_connects}\n", "-o", "/dev/null", "-r", "0-9", $"{http1}/file?[1-3]"));
        Assert.Equal("2 206\n", Curl("--http2-prior-knowledge", "-w", "%{http_version} %{http_code}\n", "-o", "/dev/null", "-r", "0-9", $"{http2}/file"));

        // A hundred connections at once, a range each; and a hundred streams of one.
        foreach (var (server, words) in (IEnumerable<(string, string[])>)[(http1, ["--http1.1"]), (http2, ["--http2-prior-knowledge"])])
        {
            var parts = Directory.CreateDirectory(folder.PathOf($"parts{words[0]}")).FullName;
            Curl([.. words, "--parallel", "--parallel-immediate", "--parallel-max", $"{AtOnce}", "-r", "1000000-1099999", "-o", $"{parts}/#1", $"{server}/file?[1-{AtOnce}]"]);
            var names = Directory.GetFiles(parts);
            Assert.Equal(AtOnce, names.Length);
            Assert.All(names, name => Assert.True(file.AsSpan(1_000_000, 100_000).SequenceEqual(File.ReadAllBytes(name)), name));
        }

        string Curl(params string[] words) => client.Run("curl", ["-sS", "--fail", "--max-time", "60", .. words]).Output;
    }
}
