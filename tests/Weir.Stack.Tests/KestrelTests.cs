using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Stack.Kestrel;

namespace Weir.Stack.Tests;

public class KestrelTests
{
    [Fact]
    public async Task HttpClient_talks_to_Kestrel_and_both_are_on_stacks_of_their_own()
    {
        await using var pair = new StackPair();
        await using var server = await StartAsync(pair.Server);
        using var client = ClientOn(pair.Client);

        Assert.Equal("hello from 10.0.0.1", await client.GetStringAsync("http://10.0.0.2/hello", StackPair.Soon));

        var body = new byte[3_000_000];
        new Random(7).NextBytes(body);
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var answer = await client.PostAsync("http://10.0.0.2/echo", content, StackPair.Soon);
        Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync(StackPair.Soon));

        var many = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetStringAsync("http://10.0.0.2/hello", StackPair.Soon)));
        Assert.All(many, text => Assert.Equal("hello from 10.0.0.1", text));
    }

    private static HttpClient ClientOn(TcpStack stack) => new(new SocketsHttpHandler { ConnectCallback = stack.ConnectAsync }, disposeHandler: true);

    private static async Task<WebApplication> StartAsync(TcpStack stack)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 80));
        builder.Services.AddSingleton<IConnectionListenerFactory>(new StackTransportFactory(stack));
        var application = builder.Build();
        application.Run(async context =>
        {
            if (context.Request.Path == "/echo")
            {
                // All of it first: HttpClient does not read before it has sent its body.
                using var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body, context.RequestAborted);
                await context.Response.Body.WriteAsync(body.ToArray(), context.RequestAborted);
                return;
            }

            await context.Response.WriteAsync($"hello from {context.Connection.RemoteIpAddress}", context.RequestAborted);
        });
        await application.StartAsync(StackPair.Soon);
        return application;
    }
}
