using System.Globalization;
using Weir.Cli.Commands;
using Weir.Cli.Output;
using Weir.Stack;

namespace Weir.Cli.Tcp;

/// <summary>The connections of a running stack, printed again and again: <c>--stats N</c>.</summary>
internal sealed class ConnectionReport : IAsyncDisposable
{
    private readonly TcpStack _stack;
    private readonly Terminal _terminal;
    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    private ConnectionReport(TcpStack stack, TimeSpan period, Invocation invocation)
    {
        _stack = stack;
        _terminal = invocation.Terminal;
        _timer = new PeriodicTimer(period, invocation.Clock);
        _running = RunAsync();
    }

    internal static ConnectionReport Start(TcpStack stack, TimeSpan period, Invocation invocation) => new(stack, period, invocation);

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task RunAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            foreach (var connection in _stack.ListConnections())
                _terminal.Note(Line(connection));
        }
    }

    /// <summary>The words of <c>ss -ti</c>, where it has one for the number; times in milliseconds.</summary>
    internal static string Line(StackConnection connection)
    {
        var info = connection.Info;
        var ssthresh = info.Ssthresh == long.MaxValue ? "" : $" ssthresh:{info.Ssthresh}";
        return string.Create(CultureInfo.InvariantCulture, $"{info.State} {connection.LocalEndPoint} {connection.RemoteEndPoint}")
            + string.Create(CultureInfo.InvariantCulture, $" rtt:{info.Srtt.TotalMilliseconds:0.###}/{info.RttVar.TotalMilliseconds:0.###} minrtt:{info.MinRtt.TotalMilliseconds:0.###} rto:{info.Rto.TotalMilliseconds:0.###}")
            + string.Create(CultureInfo.InvariantCulture, $" mss:{info.SndMss} cwnd:{info.Cwnd}{ssthresh} snd_wnd:{info.SndWnd} rcv_wnd:{info.RcvWnd} unacked:{info.InFlight}")
            + string.Create(CultureInfo.InvariantCulture, $" bytes_acked:{info.BytesAcked} bytes_received:{info.BytesReceived} segs_out:{info.SegmentsSent} segs_in:{info.SegmentsReceived}")
            + string.Create(CultureInfo.InvariantCulture, $" retrans:{info.Retransmissions} timeouts:{info.Timeouts} send:{info.SendBuffered}/{info.SendCapacity} receive:{info.ReceiveBuffered}/{info.ReceiveCapacity}");
    }
}
