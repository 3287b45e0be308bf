using System.Net;
using System.Net.Sockets;
using Weir.Linux;
using Weir.Stack.Forwarding;
using Weir.Testing;

namespace Weir.Stack.Tests;

/// <summary>What a forwarder does with a dialler that throws and with streams that it can't use, and that no stream is left open.</summary>
public class ForwarderFailureTests
{
    private static readonly IPEndPoint Elsewhere = new(IPAddress.Parse("192.0.2.77"), 80);
    private static readonly Exception Fault = new InvalidOperationException("a fault of the dialler's");

    public static TheoryData<Exception, SocketError> Failures { get; } = new()
    {
        { new SocketException((int)SocketError.ConnectionRefused), SocketError.ConnectionRefused },
        { new SocketException((int)SocketError.HostUnreachable), SocketError.HostUnreachable },
        { new SocketException((int)SocketError.NetworkUnreachable), SocketError.HostUnreachable },
        { new SocketException((int)SocketError.TimedOut), SocketError.HostUnreachable },
        { new LinuxException("connect", (int)Errno.EACCES), SocketError.ConnectionRefused },
        { new LinuxException("connect", (int)Errno.EHOSTUNREACH), SocketError.HostUnreachable },
        { new LinuxException("connect", (int)Errno.ENETUNREACH), SocketError.HostUnreachable },
        { new LinuxException("connect", (int)Errno.ETIMEDOUT), SocketError.HostUnreachable },
        { Fault, SocketError.ConnectionRefused },
        { new OperationCanceledException("a time-out of the dialler's own"), SocketError.ConnectionRefused },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task What_the_dialler_throws_is_told_to_both(Exception thrown, SocketError expected)
    {
        await using StackPair pair = new(transparent: true);
        var failures = new List<(IPEndPoint Target, Exception Exception)>();
        await using var forwarder = await StartAsync(pair, () => throw thrown, (incoming, exception) => failures.Add((incoming.LocalEndPoint, exception)));
        var told = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon));
        Assert.Equal(expected, told.SocketErrorCode);
        Assert.Equal([(Elsewhere, thrown)], failures);
        Assert.Equal(0, forwarder.Open);
    }

    [Fact]
    public async Task Without_anybody_to_tell_the_client_is_refused_all_the_same()
    {
        await using StackPair pair = new(transparent: true);
        await using var forwarder = await StartAsync(pair, () => throw Fault, failed: null);
        await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon));
    }

    [Fact]
    public async Task A_stream_that_can_not_end_one_direction_is_told_refused_and_disposed()
    {
        await using StackPair pair = new(transparent: true);
        var failures = new List<Exception>();
        var stream = new MemoryStream();
        await using var forwarder = await StartAsync(pair, () => stream, (_, exception) => failures.Add(exception));
        var refused = await Assert.ThrowsAsync<SocketException>(async () => await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Contains("MemoryStream", Assert.IsType<NotSupportedException>(Assert.Single(failures)).Message, StringComparison.Ordinal);
        Assert.False(stream.CanRead);
    }

    [Fact]
    public async Task A_client_that_goes_while_it_is_dialled_for_is_no_failure()
    {
        await using StackPair pair = new(transparent: true);
        var failures = new List<Exception>();
        var ended = new TaskCompletionSource();
        await using var forwarder = await TcpForwarder.StartAsync(
            pair.Server,
            async (_, gone) =>
            {
                try
                {
                    await DecisionTests.Cancelled(gone);
                    throw new OperationCanceledException(gone);
                }
                finally
                {
                    ended.SetResult();
                }
            },
            new TcpForwarderOptions { Listen = new StackListenOptions { AnyPort = true, Transparent = true, DecideTimeout = TimeSpan.FromMilliseconds(30) }, Failed = (_, exception) => failures.Add(exception) });
        using var cancel = new CancellationTokenSource();
        var connecting = pair.Client.ConnectAsync(Elsewhere, cancel.Token).AsTask();
        await ended.Task.WaitAsync(StackPair.Soon);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
        await forwarder.DisposeAsync();
        Assert.Empty(failures);
    }

    [Fact]
    public async Task A_stream_is_disposed_when_both_directions_have_ended()
    {
        await using StackPair pair = new(transparent: true);
        var far = SocketStream.Create();
        await using var forwarder = await StartAsync(pair, () => far);
        await using var client = await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon);
        client.CloseWrite();
        Assert.Equal(0, await far.Other.ReceiveAsync(new byte[1], StackPair.Soon));
        Assert.Equal(1, forwarder.Open);
        far.Other.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await client.ReadAsync(new byte[1], StackPair.Soon));
        await far.Disposed;
    }

    [Fact]
    public async Task A_stream_is_disposed_when_its_client_resets()
    {
        await using StackPair pair = new(transparent: true);
        var far = SocketStream.Create();
        await using var forwarder = await StartAsync(pair, () => far);
        await using var client = await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon);
        client.Abort();
        await far.Disposed;
        Eventually.True(TimeSpan.FromSeconds(10), () => forwarder.Open == 0, "it is not open any more");
    }

    [Fact]
    public async Task A_stream_is_disposed_when_its_client_has_gone_before_it_was_there()
    {
        var pair = new StackPair(transparent: true);
        var far = SocketStream.Create();
        var dial = new Held<Stream>();
        var forwarder = await TcpForwarder.StartAsync(pair.Server, (_, _) => dial.Ask());
        var connecting = pair.Client.ConnectAsync(Elsewhere, StackPair.Soon).AsTask();
        await dial.Asked;
        await pair.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => connecting);
        dial.Answer(far);
        await far.Disposed;
        await forwarder.DisposeAsync();
    }

    [Fact]
    public async Task Who_is_dialled_for_when_the_forwarder_ends_is_refused_and_the_stream_disposed()
    {
        await using StackPair pair = new(transparent: true);
        var far = SocketStream.Create();
        var dial = new Held<Stream>();
        var forwarder = await TcpForwarder.StartAsync(pair.Server, (_, _) => dial.Ask());
        var connecting = pair.Client.ConnectAsync(Elsewhere, StackPair.Soon).AsTask();
        await dial.Asked;
        await forwarder.DisposeAsync();
        dial.Answer(far);
        var refused = await Assert.ThrowsAsync<SocketException>(() => connecting);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        await far.Disposed;
    }

    [Fact]
    public async Task Who_is_being_dialled_for_when_the_forwarder_ends_is_refused_at_once_and_that_is_no_failure()
    {
        await using StackPair pair = new(transparent: true);
        var failures = new List<Exception>();
        var dialling = new TaskCompletionSource();
        var forwarder = await TcpForwarder.StartAsync(
            pair.Server,
            async (_, gone) =>
            {
                dialling.SetResult();
                await DecisionTests.Cancelled(gone);
                throw new OperationCanceledException(gone);
            },
            new TcpForwarderOptions { Failed = (_, exception) => failures.Add(exception) });
        var connecting = pair.Client.ConnectAsync(Elsewhere, StackPair.Soon).AsTask();
        await dialling.Task.WaitAsync(StackPair.Soon);
        await forwarder.DisposeAsync();
        var refused = await Assert.ThrowsAsync<SocketException>(() => connecting);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        Assert.Empty(failures);
        await forwarder.DisposeAsync();
    }

    [Fact]
    public async Task The_diallers_token_tells_that_the_client_has_gone_after_the_dial_too()
    {
        await using StackPair pair = new(transparent: true);
        var dialled = new TaskCompletionSource<CancellationToken>();
        await using var forwarder = await TcpForwarder.StartAsync(pair.Server, (_, gone) =>
        {
            dialled.SetResult(gone);
            return ValueTask.FromResult<Stream>(SocketStream.Create());
        });
        await using var client = await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon);
        var gone = await dialled.Task;
        Assert.False(gone.IsCancellationRequested);
        client.Abort();
        await DecisionTests.Cancelled(gone);
    }

    [Fact]
    public async Task A_stream_that_throws_what_streams_do_not_is_told_and_ends_its_connection_only()
    {
        await using StackPair pair = new(transparent: true);
        var failed = new TaskCompletionSource<Exception>();
        var faulty = SocketStream.Create(Fault);
        var healthy = SocketStream.Create();
        var streams = new Queue<SocketStream>([faulty, healthy]);
        await using var forwarder = await StartAsync(pair, streams.Dequeue, (_, exception) => failed.SetResult(exception));
        await using var client = await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon);
        await Assert.ThrowsAsync<IOException>(async () => await client.ReadExactlyAsync(new byte[1], StackPair.Soon));
        Assert.Same(Fault, await failed.Task.WaitAsync(StackPair.Soon));
        await faulty.Disposed;

        await using var second = await pair.Client.ConnectAsync(Elsewhere, StackPair.Soon);
        await healthy.Other.SendAsync(new byte[] { 7 }, StackPair.Soon);
        Assert.Equal(1, await second.ReadAsync(new byte[2], StackPair.Soon));
        Eventually.True(TimeSpan.FromSeconds(10), () => forwarder.Open == 1, "only the healthy one is open");
        await forwarder.DisposeAsync();
        await healthy.Disposed;
    }

    private static async ValueTask<TcpForwarder> StartAsync(StackPair pair, Func<Stream> dial, Action<IncomingConnection, Exception>? failed = null) =>
        await TcpForwarder.StartAsync(pair.Server, (_, _) => ValueTask.FromResult(dial()), new TcpForwarderOptions { Failed = failed });
}
