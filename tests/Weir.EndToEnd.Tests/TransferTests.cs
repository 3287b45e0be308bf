using System.Buffers.Binary;
using System.Security.Cryptography;
using Weir.EndToEnd.Tests.Programs;
using Weir.Testing;

namespace Weir.EndToEnd.Tests;

/// <summary>A gibibyte is the same gibibyte on the other side.</summary>
public class TransferTests
{
    private const long Size = 1L << 30;

    [Theory]
    [InlineData("tap", 4)]
    [InlineData("inline", 4)]
    [InlineData("inline", 6)]
    public void A_gibibyte_arrives_bit_for_bit_in_protect(string mode, int family)
    {
        using Scene scene = new(servers => servers.Nginx());
        string hash = WriteFile(scene.PathOf("www/big"));
        scene.Agent.Start();
        scene.Capture(mode, "web", "db");
        scene.Clients.Curl(family == 4 ? scene.Db.Address4 : scene.Db.Address6);
        scene.SetMode("protect");
        Assert.Equal(hash, Download(scene, family).Check().Output.Trim());
    }

    [Fact]
    public void A_gibibyte_that_was_under_way_before_the_capture_arrives_bit_for_bit_after_the_release()
    {
        using Scene scene = new(servers => servers.Nginx());
        string hash = WriteFile(scene.PathOf("www/big"));
        scene.Agent.Start();
        using RunningTool download = StartDownload(scene, scene.Db.Address4, "--limit-rate", "120M");
        Eventually.True(TimeSpan.FromSeconds(10), () => scene.Db.Namespace.Run("ss", "-Htn", "state", "established", "sport", "=", ":80").Output.Length > 0, "the download has begun");

        scene.Capture("inline", "web", "db");
        scene.SetMode("protect");
        Assert.Contains(scene.Agent.Flows(), flow => flow.GetProperty("port").GetInt32() == 80 && flow.GetProperty("to").GetString() == "db");
        scene.Agent.Run("release", "--all");
        Assert.False(download.HasExited, "the download ended before the release: it proves nothing");

        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(60)), "the download hangs");
        Assert.Equal(hash, download.Result.Check().Output.Trim());
    }

    private static ToolResult Download(Scene scene, int family)
    {
        using RunningTool download = StartDownload(scene, family == 4 ? scene.Db.Address4 : scene.Db.Address6);
        Assert.True(download.WaitForExit(TimeSpan.FromSeconds(60)), "the download hangs");
        return download.Result;
    }

    private static RunningTool StartDownload(Scene scene, string address, params string[] options) => RunningTool.StartIn(
        scene.Web.Name, "bash", ["-c", $"set -o pipefail; curl -sSf {string.Join(' ', options)} http://{Clients.Literal(address)}/big | sha256sum | cut -d' ' -f1"]);

    /// <summary>A random mebibyte, each copy with its number in front: no two alike. Returns the SHA-256.</summary>
    private static string WriteFile(string path)
    {
        byte[] block = new SeededGenerator(seed: 7).Bytes(1 << 20);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using FileStream file = File.Create(path);
        for (long number = 0; number < Size / block.Length; number++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(block, number);
            file.Write(block);
            hash.AppendData(block);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
