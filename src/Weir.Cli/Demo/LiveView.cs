using Spectre.Console;
using Weir.Agent;
using Weir.Agent.Api;
using Weir.Cli.Output;
using Weir.Policy;

namespace Weir.Cli.Demo;

/// <summary>The live round: who talks to whom and what was stopped, redrawn twice a second in a terminal, a line every two seconds in a pipe.</summary>
internal sealed class LiveView(DemoView view, AgentService agent, DemoActors actors, TimeProvider clock)
{
    private const int Shown = 8;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Line = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenAttacks = TimeSpan.FromSeconds(4);
    private static readonly FlowQuery Many = new() { Limit = 1000 };
    private readonly Dictionary<string, ulong> _bytes = new(StringComparer.Ordinal);
    private long _lastDraw = clock.GetTimestamp();

    /// <summary>Returns when cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var attacks = AttackAgainAndAgainAsync(cancel);
        try
        {
            if (view.IsTerminal)
                await view.Console.Live(Draw()).AutoClear(false).StartAsync(context => RedrawAsync(context, cancel));
            else
                await WriteLinesAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ctrl-C is the way out of this round.
        }

        await attacks;
    }

    private async Task RedrawAsync(LiveDisplayContext context, CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(Redraw, clock, cancel);
            context.UpdateTarget(Draw());
        }
    }

    private async Task WriteLinesAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(Line, clock, cancel);
            var talks = agent.Conversations(Many).Where(c => c.Verdict is PolicyAction.Accept or PolicyAction.Learn)
                .Select(c => $"{c.From} → {c.To}:{c.Port} {Exhibits.ProtocolOf(c.Application, c.Protocol)} {c.Sessions} sessions");
            view.Step($"{string.Join(" · ", talks)} · {agent.Violations(Many).Sum(v => v.Count)} stopped");
        }
    }

    private async Task AttackAgainAndAgainAsync(CancellationToken cancel)
    {
        try
        {
            for (var turn = 0; ; turn++)
            {
                await Task.Delay(BetweenAttacks, clock, cancel);
                await actors.AttackAsync((AttackKind)(turn % 3), cancel);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or DemoException)
        {
            // The round is over, or web is gone, which the release round will find.
        }
    }

    private Rows Draw()
    {
        var seconds = Math.Max(0.001, clock.GetElapsedTime(_lastDraw).TotalSeconds);
        _lastDraw = clock.GetTimestamp();
        var talks = view.MakeTable(["from", "to", ">port", "protocol", "verdict", ">sessions", ">bytes", ">now"],
            agent.Conversations(Many).Where(c => c.Verdict != PolicyAction.Deny).TakeLast(Shown).Select(c => (IReadOnlyList<Cell>)
            [
                c.From, c.To, $"{c.Port}", Exhibits.ProtocolOf(c.Application, c.Protocol), Verdict(c.Verdict), $"{c.Sessions:N0}", $"{c.Bytes:N0}", Rate(c, seconds),
            ]));
        var stopped = view.MakeTable(["last", "from", "to", "~ports", ">tries", "~why"],
            agent.Violations(Many).GroupBy(v => (v.From, v.To, v.Reason)).OrderBy(same => same.Max(v => v.Time)).TakeLast(Shown).Select(same => (IReadOnlyList<Cell>)
            [
                $"{same.Max(v => v.Time).ToLocalTime():HH:mm:ss}", same.Key.From, same.Key.To, Exhibits.Ports(same.Select(v => v.Port)),
                $"{same.Sum(v => v.Count):N0}", new Cell(same.Key.Reason, Tone.Bad),
            ]));
        return new Rows(new Markup("[bold]who talks to whom[/] [grey](Ctrl-C releases all and ends)[/]"), talks, new Markup("[bold]stopped[/]"), stopped);
    }

    private string Rate(Conversation c, double seconds)
    {
        var key = $"{c.From} {c.To} {c.Port} {c.Protocol} {c.Application}";
        var grown = _bytes.TryGetValue(key, out var old) ? c.Bytes - old : 0;
        _bytes[key] = c.Bytes;
        return grown == 0 ? "" : $"{grown / seconds / 1000:N1} kB/s";
    }

    private static Cell Verdict(PolicyAction action) => action switch
    {
        PolicyAction.Accept => new Cell("allowed", Tone.Good),
        PolicyAction.Learn => new Cell("learned", Tone.Good),
        PolicyAction.Violate => new Cell("reported", Tone.Bad),
        PolicyAction.Deny => new Cell("stopped", Tone.Bad),
        _ => new Cell("…", Tone.Faint),
    };
}
