using Weir.Capture;
using Weir.Host;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Capture;

/// <summary>The process dies at every point between two changes to the host; a new one brings the host back.</summary>
public class CaptureCrashTests
{
    private const int MorePointsThanThereAre = 100;

    [Fact]
    public void A_crash_at_any_point_of_capturing_is_undone_by_the_next_process()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        int point = 0;
        for (; point < MorePointsThanThereAre; point++)
        {
            if (!Crashes(bench, "apply", point, () => bench.Capture(bench.Host[0])))
                break;
            RecoveryReport report = bench.NewProcess().Recover();
            Assert.Empty(report.Failed);
            Assert.Single(report.Undone);
            bench.ExpectAsBefore(before);
            Assert.Empty(bench.Captures.List());
        }

        Assert.InRange(point, 15, MorePointsThanThereAre - 1);
        bench.NewProcess().Release(bench.Host[0].Name);
        bench.ExpectAsBefore(before);
    }

    [Fact]
    public void A_crash_at_any_point_of_releasing_is_completed_by_the_next_process()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        TestWorkload db = bench.Host[0];
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        int point = 0;
        for (; point < MorePointsThanThereAre; point++)
        {
            bench.Capture(db);
            if (!Crashes(bench, "release", point, () => bench.Captures.Release(db.Name)))
                break;
            RecoveryReport report = bench.NewProcess().Recover();
            Assert.Empty(report.Failed);
            Assert.Single(report.Finished);
            bench.ExpectAsBefore(before);
        }

        Assert.InRange(point, 10, MorePointsThanThereAre - 1);
        bench.ExpectAsBefore(before);
    }

    [Fact]
    public void A_crash_while_recovering_is_recovered_from_as_well()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        // Where the workload has neither its old port nor its new one.
        for (int point = 0; point < MorePointsThanThereAre; point++)
        {
            Assert.True(Crashes(bench, "apply", 11, () => bench.Capture(bench.Host[0])));
            bench.NewProcess();
            bool crashed = Crashes(bench, "recover", point, () => bench.Captures.Recover());
            Assert.Empty(bench.NewProcess().Recover().Failed);
            bench.ExpectAsBefore(before);
            if (!crashed)
                return;
        }

        Assert.Fail("there are more points than expected");
    }

    [Fact]
    public void A_workload_that_disappears_leaves_nothing_behind()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new();
        TestWorkload db = bench.Host[0];
        bench.Capture(db);
        TestNamespace.Delete(db.Namespace.Name);
        Eventually.True(TimeSpan.FromSeconds(5), () => !Tool.Run("ip", "-n", bench.WeirName, "link").Output.Contains("vin1", StringComparison.Ordinal), "the workload's port is gone");

        RecoveryReport report = bench.Captures.Recover();
        Assert.Empty(report.Failed);
        Assert.Single(report.Finished);
        Assert.False(NetworkNamespace.NamedExists(bench.WeirName));
        Eventually.True(TimeSpan.FromSeconds(5), () => !bench.Host.Network.Ip("link").Output.Contains(db.HostLink, StringComparison.Ordinal), "its other end is gone");
        Assert.Empty(bench.Captures.List());
    }

    [Fact]
    public void A_workload_that_disappears_while_it_is_captured_leaves_nothing_behind()
    {
        RootTier.Require("ip");
        for (int point = 0; point < MorePointsThanThereAre; point += 3)
        {
            using CaptureBench bench = new(1);
            TestWorkload db = bench.Host[0];
            bool hit = false;
            bench.Captures.FaultHook = (operation, number) =>
            {
                if (operation != "apply" || number != point)
                    return;
                hit = true;
                TestNamespace.Delete(db.Namespace.Name);
            };
            if (Record.Exception(() => bench.Capture(db)) is { } exception)
            {
                Assert.True(exception is CaptureException, $"at point {point}: {exception}");
                Assert.Contains("disappeared", ((CaptureException)exception).Findings[0], StringComparison.Ordinal);
            }
            bench.Captures.FaultHook = null;
            bench.Captures.Recover();
            if (hit)
            {
                Assert.False(NetworkNamespace.NamedExists(bench.WeirName));
                Assert.Empty(bench.Captures.List());
            }
            else
            {
                bench.Captures.Release(db.Name);
                return;
            }
        }
    }

    [Fact]
    public void An_error_in_the_middle_is_undone_before_it_is_thrown()
    {
        RootTier.Require("ip");
        using CaptureBench bench = new(1);
        IReadOnlyList<NamespaceState> before = bench.ReadAll();
        bench.Captures.FaultHook = (operation, number) =>
        {
            if (operation == "apply" && number == 12)
                throw new InvalidOperationException("on purpose");
        };
        Assert.Equal("on purpose", Assert.Throws<InvalidOperationException>(() => bench.Capture(bench.Host[0])).Message);
        bench.ExpectAsBefore(before);
        Assert.Empty(bench.Captures.List());
    }

    private static bool Crashes(CaptureBench bench, string operation, int point, Action action)
    {
        bench.Captures.FaultHook = (name, number) =>
        {
            if (name == operation && number == point)
                throw new SimulatedCrash();
        };
        bool crashed = Record.Exception(action) switch
        {
            null => false,
            SimulatedCrash => true,
            Exception other => throw new InvalidOperationException($"at point {point} of {operation}: {other.Message}", other),
        };
        bench.Captures.FaultHook = null;
        return crashed;
    }
}
