using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Weir.Stack.Services;
using Weir.TcpIp.Tcp;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>What the thread of a stack allocates, told by a service that runs on it.</summary>
public class StackAllocationTests
{
    private const int Echo = 7, Discard = 9, Source = 19, Allocated = 1000;

    [Theory]
    [InlineData(1500, true)]
    [InlineData(1500, false)]
    [InlineData(65520, false)]
    public async Task A_warm_stack_on_TUN_allocates_nothing_for_a_packet(int mtu, bool offload)
    {
        RootTier.Require("ip");
        await using var host = new StackOnTun(mtu, offload);
        host.Stack.Serve(new IPEndPoint(IPAddress.Any, Echo), () => new EchoService());
        host.Stack.Serve(new IPEndPoint(IPAddress.Any, Discard), () => new DiscardService());
        host.Stack.Serve(new IPEndPoint(IPAddress.Any, Source), () => new SourceService());
        host.Stack.Serve(new IPEndPoint(IPAddress.Any, Allocated), () => new AllocatedService());
        var (echo, discard, source, allocated) = (Connect(host, Echo), Connect(host, Discard), Connect(host, Source), Connect(host, Allocated));
        var buffer = new byte[1 << 16];

        // Rings come from a pool that the whole process shares, and that gives memory back at a full collection: of some rounds one is without either.
        List<long> rounds = [];
        while (rounds.Count < 30 && !rounds.Contains(0))
        {
            var before = ReadCounter(allocated);
            for (var i = 0; i < 300; i++)
            {
                echo.Send(buffer.AsSpan(0, 64));
                ReceiveAll(echo, buffer.AsSpan(0, 64));
            }

            for (var i = 0; i < 100; i++)
            {
                discard.Send(buffer);
                ReceiveAll(source, buffer);
            }

            rounds.Add(ReadCounter(allocated) - before);
        }

        Assert.True(rounds.Contains(0), string.Join(" ", rounds));
        Assert.True(host.Queues[0].Counters.PacketsReceived > 300);
    }

    private static Socket Connect(StackOnTun host, int port)
    {
        var socket = host.KernelSocket();
        socket.NoDelay = true;
        socket.ReceiveTimeout = 10_000;
        socket.Connect(new IPEndPoint(StackOnTun.Ours, port));
        return socket;
    }

    private static long ReadCounter(Socket socket)
    {
        Span<byte> answer = stackalloc byte[sizeof(long)];
        socket.Send(answer[..1]);
        ReceiveAll(socket, answer);
        return BinaryPrimitives.ReadInt64LittleEndian(answer);
    }

    private static void ReceiveAll(Socket socket, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = socket.Receive(buffer);
            Assert.NotEqual(0, count);
            buffer = buffer[count..];
        }
    }

    /// <summary>Answers each byte with what its thread has allocated until now.</summary>
    private sealed class AllocatedService : ITcpObserver
    {
        public void Notify(TcpConnection connection, TcpEvents events)
        {
            Span<byte> answer = stackalloc byte[sizeof(long)];
            for (var asked = connection.Available; asked > 0; asked--)
            {
                connection.Consume(1);
                BinaryPrimitives.WriteInt64LittleEndian(answer, GC.GetAllocatedBytesForCurrentThread());
                connection.Write(answer);
            }

            if (connection.IsReadFinished)
                connection.CloseWrite();
        }
    }
}
