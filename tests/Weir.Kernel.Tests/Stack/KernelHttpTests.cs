using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Stack;
using Weir.Stack.Kestrel;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>HTTP between programs on the kernel's TCP and .NET's client and server on Weir's.</summary>
public class KernelHttpTests
{
    private const int Mebibytes = 8;

    [Fact]
    public async Task Curl_is_served_by_Kestrel()
    {
        RootTier.Require("ip", "curl");
        await using var host = new StackOnTun();
        using ScratchFolder folder = new();
        var file = new byte[Mebibytes << 20];
        new Random(3).NextBytes(file);
        await using var server = await StartKestrelAsync(host.Stack, file);

        HttpPrograms.Check(host.Host, folder, file, $"http://{StackOnTun.Ours}", $"http://{StackOnTun.Ours}:81");
    }

    [Fact]
    public async Task HttpClient_reads_a_large_file_and_many_ranges_at_once_from_nginx()
    {
        RootTier.Require("ip", "nginx");
        await using var host = new StackOnTun();
        using ScratchFolder folder = new();
        var file = NginxServer.Start(host.Host, folder, 4 * Mebibytes);
        var within = StackOnTun.Within(60);
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = host.Stack.ConnectAsync }, disposeHandler: true);
        var at = $"http://{StackOnTun.Kernel}";

        AssertSame(file, await client.GetByteArrayAsync($"{at}/file", within));
        using (var body = new ByteArrayContent(file))
            Assert.Equal(HttpStatusCode.Created, (await client.PutAsync($"{at}/upload/body", body, within)).StatusCode);
        AssertSame(file, await client.GetByteArrayAsync($"{at}/upload/body", within));

        var ranges = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => RangeAsync(number * 100_000)));
        Assert.All(ranges, range => AssertSame(file.AsMemory(range.From, 65_536), range.Bytes));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"{at}:82/", within));

        async Task<(int From, byte[] Bytes)> RangeAsync(int from)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{at}/file") { Headers = { Range = new RangeHeaderValue(from, from + 65_535) } };
            using var answer = await client.SendAsync(request, within);
            Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
            return (from, await answer.Content.ReadAsByteArrayAsync(within));
        }
    }

    private static void AssertSame(ReadOnlyMemory<byte> expected, byte[] actual) => Assert.True(expected.Span.SequenceEqual(actual), $"{actual.Length} bytes are not the {expected.Length} of the file");

    /// <summary>HTTP/1.1 on port 80, HTTP/2 without TLS on 81: the file at /file, and whatever is put elsewhere.</summary>
    private static async Task<WebApplication> StartKestrelAsync(TcpStack stack, byte[] file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Any, 80, options => options.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Any, 81, options => options.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(new StackTransportFactory(stack));
        var application = builder.Build();
        var put = file;
        application.MapMethods("/{**path}", ["GET", "PUT"], async (HttpContext context) =>
        {
            if (context.Request.Method == "PUT")
            {
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                put = body.ToArray();
                return Results.Created();
            }

            return Results.Bytes(context.Request.Path == "/file" ? file : put, enableRangeProcessing: true);
        });
        await application.StartAsync(StackOnTun.Within(10));
        return application;
    }
}
