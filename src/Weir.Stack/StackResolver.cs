using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Linux;
using Weir.Packets;
using Weir.Stack.Streams;
using Weir.TcpIp.Dns;

namespace Weir.Stack;

/// <summary>Names, asked for through a stack and not through the host that it runs on.</summary>
internal sealed class StackResolver(DnsOptions options)
{
    /// <summary>Null: the stack has no name servers, and will not be told of any.</summary>
    internal static StackResolver? Create(TcpStackOptions options, int queues) => options.NameServers.Count == 0 && !options.Dhcp
        ? null
        : new StackResolver(new DnsOptions
        {
            Servers = [.. options.NameServers.Select(EndPoints.BitsOf)],
            Timeout = options.NameTimeout,

            // A datagram may come to another queue than the one that asked; segments find their way.
            OverTcp = queues > 1,
        });

    /// <exception cref="SocketException">HostNotFound, NoData, TryAgain: no server has answered.</exception>
    internal async Task<IPAddress[]> ResolveAsync(StackLoop loop, string name, Task<Exception?> ended, CancellationToken cancel)
    {
        if (!TryToAscii(name, out var ascii))
            throw new SocketException((int)SocketError.HostNotFound);
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        DnsLookup lookup;
        lock (loop.Gate)
        {
            ObjectDisposedException.ThrowIf(loop.HasEnded, typeof(TcpStack));
            lookup = loop.Stack.Dns.Resolve(ascii, OptionsFor(loop), _ => completed.TrySetResult(), loop.Clock());
            loop.Changed();
        }

        try
        {
            var first = await Task.WhenAny(completed.Task, ended).WaitAsync(cancel).ConfigureAwait(false);
            ObjectDisposedException.ThrowIf(first == ended, typeof(TcpStack));
        }
        finally
        {
            lock (loop.Gate)
            {
                if (!loop.HasEnded)
                {
                    lookup.Dispose();
                    loop.Changed();
                }
            }
        }

        return lookup.Error == DnsError.None ? [.. lookup.Addresses.Select(IpAddressBits.ToIPAddress)] : throw new SocketException((int)SocketErrorOf(lookup.Error));
    }

    private DnsOptions OptionsFor(StackLoop loop) =>
        options.Servers.Count == 0 && loop.Lease?.Current is { } lease ? options with { Servers = lease.NameServers } : options;

    /// <summary>As EAI_NONAME, EAI_NODATA and EAI_AGAIN of getaddrinfo(3) are told by .NET.</summary>
    private static SocketError SocketErrorOf(DnsError error) => error switch
    {
        DnsError.NoAddress => SocketError.NoData,
        DnsError.ServerFailure or DnsError.TimedOut => SocketError.TryAgain,
        _ => SocketError.HostNotFound,
    };

    private static bool TryToAscii(string name, out string ascii)
    {
        ascii = name;
        if (Ascii.IsValid(name))
            return true;
        try
        {
            ascii = new IdnMapping().GetAscii(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
