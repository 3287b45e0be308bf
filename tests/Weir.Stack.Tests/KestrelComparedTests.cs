using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Stack.Kestrel;
using Weir.Stack.Streams;

namespace Weir.Stack.Tests;

/// <summary>The same clients at Kestrel on its own sockets and at Kestrel on a stack: what they and the application see is the same.</summary>
public partial class KestrelComparedTests
{
    public enum Leaving
    {
        /// <summary>A FIN, and the client goes on to read.</summary>
        Half,
        /// <summary>A FIN, and then nothing.</summary>
        Whole,
        Reset,
    }

    [Theory]
    [InlineData(Leaving.Half)]
    [InlineData(Leaving.Whole)]
    [InlineData(Leaving.Reset)]
    public async Task A_long_poll_hears_of_a_client_that_leaves(Leaving leaving)
    {
        var onSockets = await RunAsync(onStack: false);
        Assert.Equal(onSockets, await RunAsync(onStack: true));
        Assert.Equal("", onSockets);

        // The answer that comes too late.
        async Task<string> RunAsync(bool onStack)
        {
            var (served, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
            await using var server = await Server.StartAsync(onStack, async context =>
            {
                using var registration = context.RequestAborted.Register(gone.SetResult);
                served.SetResult();
                await gone.Task.WaitAsync(StackPair.Soon);
                await context.Response.WriteAsync("hello");
            });
            await using var client = await server.AskAsync();
            await served.Task.WaitAsync(StackPair.Soon);
            Leave(client, leaving);
            await gone.Task.WaitAsync(StackPair.Soon);
            return leaving == Leaving.Half ? await AnswerAsync(client) : "";
        }
    }

    /// <summary>As <c>nc -N</c> does. Kestrel takes the FIN as the end of the connection, so the answer has to be there before it is handled.</summary>
    [Fact]
    public async Task A_client_that_closes_its_direction_after_its_request_gets_the_whole_answer_or_nothing_and_mostly_the_answer()
    {
        var onSockets = await RunAsync(onStack: false);
        Assert.Equal(onSockets, await RunAsync(onStack: true));
        Assert.EndsWith("hello", onSockets, StringComparison.Ordinal);

        static async Task<string> RunAsync(bool onStack)
        {
            // On a quiet machine each gets one, on a busy one three of four.
            const int Tries = 30;
            await using var server = await Server.StartAsync(onStack, context =>
            {
                context.Response.ContentLength = 5;
                return context.Response.WriteAsync("hello");
            });
            var answers = new List<string>();
            while (answers.Count < Tries && answers.LastOrDefault("") == "")
            {
                await using var client = await server.AskAsync();
                Leave(client, Leaving.Half);
                answers.Add(await AnswerAsync(client));
            }

            return answers[^1];
        }
    }

    [Fact]
    public async Task An_application_that_aborts_resets()
    {
        Assert.Equal(await RunAsync(onStack: false), await RunAsync(onStack: true));

        static async Task<SocketError> RunAsync(bool onStack)
        {
            await using var server = await Server.StartAsync(onStack, context =>
            {
                context.Abort();
                return Task.CompletedTask;
            });
            await using var client = await server.AskAsync();
            var failure = await Assert.ThrowsAsync<IOException>(() => AnswerAsync(client));
            return Assert.IsType<SocketException>(failure.InnerException).SocketErrorCode;
        }
    }

    [Theory]
    [InlineData(Leaving.Whole)]
    [InlineData(Leaving.Reset)]
    public async Task A_client_that_leaves_in_the_middle_of_an_answer_is_nothing_to_warn_of(Leaving leaving)
    {
        Assert.Equal(await RunAsync(onStack: false), await RunAsync(onStack: true));

        async Task<string> RunAsync(bool onStack)
        {
            var ended = new TaskCompletionSource();
            await using var server = await Server.StartAsync(onStack, async context =>
            {
                // Without the token: each write ends, and what can't be sent is dropped.
                while (!context.RequestAborted.IsCancellationRequested)
                    await context.Response.Body.WriteAsync(new byte[1 << 16], CancellationToken.None);
                await context.Response.Body.WriteAsync(new byte[1 << 16], CancellationToken.None);
                ended.SetResult();
            });
            await using (var client = await server.AskAsync())
            {
                await client.ReadExactlyAsync(new byte[1 << 18], StackPair.Soon);
                Leave(client, leaving);
                await ended.Task.WaitAsync(StackPair.Soon);
            }

            await server.DisposeAsync();
            return string.Join('\n', server.Warnings);
        }
    }

    [GeneratedRegex("Date: [^\r]*\r\n")]
    private static partial Regex Date { get; }

    private static async Task<string> AnswerAsync(Stream client)
    {
        using var answer = new MemoryStream();
        await client.CopyToAsync(answer, StackPair.Soon);
        return Date.Replace(Encoding.ASCII.GetString(answer.ToArray()), "");
    }

    private static void Leave(Stream client, Leaving leaving)
    {
        switch (leaving, client)
        {
            case (Leaving.Half, TcpStream stream):
                stream.CloseWrite();
                break;
            case (Leaving.Half, NetworkStream stream):
                stream.Socket.Shutdown(SocketShutdown.Send);
                break;
            case (Leaving.Reset, TcpStream stream):
                stream.Abort();
                break;
            case (Leaving.Reset, NetworkStream stream):
                stream.Socket.Close(timeout: 0);
                break;
            default:
                client.Dispose();
                break;
        }
    }

    private sealed class Server : IAsyncDisposable, ILoggerProvider, ILogger
    {
        private readonly StackPair _pair = new();
        private readonly bool _onStack;
        private readonly ConcurrentQueue<string> _warnings = new();
        private readonly WebApplication _application;

        private Server(bool onStack, RequestDelegate serve)
        {
            _onStack = onStack;
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders().AddProvider(this);
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(onStack ? IPAddress.Any : IPAddress.Loopback, onStack ? 80 : 0));
            if (onStack)
                builder.Services.AddSingleton<IConnectionListenerFactory>(new StackTransportFactory(_pair.Server));
            _application = builder.Build();
            _application.Run(serve);
        }

        internal IEnumerable<string> Warnings => _warnings;

        internal static async Task<Server> StartAsync(bool onStack, RequestDelegate serve)
        {
            var server = new Server(onStack, serve);
            await server._application.StartAsync(StackPair.Soon);
            return server;
        }

        /// <summary>A client that has sent its request.</summary>
        internal async Task<Stream> AskAsync()
        {
            var client = await ConnectAsync();
            await client.WriteAsync("GET / HTTP/1.1\r\nHost: here\r\n\r\n"u8.ToArray(), StackPair.Soon);
            return client;
        }

        private async Task<Stream> ConnectAsync()
        {
            if (_onStack)
                return await _pair.Client.ConnectAsync(new IPEndPoint(StackPair.ServerAddress, 80), StackPair.Soon);
            var address = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, new Uri(address).Port, StackPair.Soon);
            return new NetworkStream(socket, ownsSocket: true);
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _warnings.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }

        public async ValueTask DisposeAsync()
        {
            await _application.DisposeAsync();
            await _pair.DisposeAsync();
        }
    }
}
