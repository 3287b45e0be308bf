using Weir.Stack.Devices;
using Weir.TcpIp.Devices;
using Weir.Testing;

namespace Weir.Stack.Tests;

public class PcapngPortThreadsTests
{
    [Fact]
    public void The_stream_is_not_written_while_the_owner_flushes_it_before_it_waits()
    {
        var (port, other) = MemoryPort.CreatePair();
        using var end = other;
        using var stream = new SlowStream();
        using var capture = new PcapngPort(port, stream, new ManualTimeProvider());
        Send();
        stream.IsSlow = true;
        var owner = new Thread(() => capture.Wait(TimeSpan.Zero));
        owner.Start();
        Assert.True(stream.Flushing.Wait(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));

        // An application's thread, which has the loop's gate meanwhile.
        var application = new Thread(Send);
        application.Start();
        Eventually.True(TimeSpan.FromSeconds(20), () => !application.IsAlive || (application.ThreadState & ThreadState.WaitSleepJoin) != 0, "it has written or waits");
        stream.Continue.Set();
        owner.Join();
        application.Join();
        Assert.False(stream.WasWrittenMeanwhile);

        void Send()
        {
            capture.Rent(20).Clear();
            capture.Send(20, default);
        }
    }

    private sealed class SlowStream : MemoryStream
    {
        private volatile bool _isFlushing;

        internal ManualResetEventSlim Flushing { get; } = new();

        internal ManualResetEventSlim Continue { get; } = new();

        internal bool IsSlow { get; set; }

        internal bool WasWrittenMeanwhile { get; private set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            WasWrittenMeanwhile |= _isFlushing;
            base.Write(buffer, offset, count);
        }

        public override void Flush()
        {
            if (!IsSlow)
                return;
            _isFlushing = true;
            Flushing.Set();
            Continue.Wait();
            _isFlushing = false;
        }

        protected override void Dispose(bool disposing)
        {
            Continue.Set();
            base.Dispose(disposing);
        }
    }
}
