using System.Net.Sockets;

namespace Weir.Stack.Tests;

/// <summary>A stream of the kernel, as diallers return them, that tells when it is disposed; its other end is a socket of this process.</summary>
internal sealed class SocketStream : NetworkStream
{
    private static int _last;

    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SocketStream(Socket socket, Socket other)
        : base(socket, ownsSocket: true) => Other = other;

    internal Socket Other { get; }

    /// <summary>What reading throws; null: it reads.</summary>
    internal Exception? Fault { get; init; }

    internal Task Disposed => _disposed.Task.WaitAsync(StackPair.Soon);

    /// <summary>What reading gives instead of what the other end sends.</summary>
    internal Func<Memory<byte>, int>? Source { get; init; }

    internal static SocketStream Create(Exception? fault = null, Func<Memory<byte>, int>? source = null)
    {
        // In the abstract namespace: no file.
        var name = new UnixDomainSocketEndPoint($"\0weir-stack-tests-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}");
        using Socket listener = NewSocket();
        listener.Bind(name);
        listener.Listen();
        var socket = NewSocket();
        socket.Connect(name);
        return new SocketStream(socket, listener.Accept()) { Fault = fault, Source = source };

        static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Fault is { } fault ? ValueTask.FromException<int>(fault) : Source is { } source ? new ValueTask<int>(source(buffer)) : base.ReadAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Other.Dispose();
        _disposed.TrySetResult();
    }
}
