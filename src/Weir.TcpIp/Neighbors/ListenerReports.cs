using Weir.Packets;
using Weir.TcpIp.Ip;

namespace Weir.TcpIp.Neighbors;

/// <summary>Multicast Listener Discovery for the groups of neighbor discovery (RFC 4861 7.2.1, RFC 3810): a switch that snoops sends questions for our addresses only where it was told that somebody listens.</summary>
/// <remarks>
/// The interface is in the solicited-node group of each of its IPv6 addresses, from any source. A group is reported when its address is added, once more
/// within a second, and when a querier asks, after a delay that it names. Of several questions the earliest answer serves all, with all groups. After a
/// query of the first version the answers are of that version for as long as its querier may be there (RFC 3810 8.2.1). All nodes is never reported (RFC 3810 6).
/// </remarks>
internal sealed class ListenerReports(StackInterface link, Func<uint> random)
{
    /// <summary>RFC 3810 9.1: how often a change is told.</summary>
    private const int RobustnessVariable = 2;

    /// <summary>RFC 3810 9.11.</summary>
    private static readonly TimeSpan UnsolicitedReportInterval = TimeSpan.FromSeconds(1);

    /// <summary>RFC 3810 9.12, with the usual query interval of 125 s and response interval of 10 s.</summary>
    private static readonly TimeSpan OlderVersionQuerierPresent = TimeSpan.FromSeconds((RobustnessVariable * 125) + 10);

    private readonly List<(UInt128 Group, int Left)> _changes = [];
    private TimeSpan _changesDue = TimeSpan.MaxValue;
    private TimeSpan _answerDue = TimeSpan.MaxValue;
    private TimeSpan _firstVersionUntil;

    public TimeSpan NextDeadline => _changesDue < _answerDue ? _changesDue : _answerDue;

    /// <summary>The interface listens to a group from now on.</summary>
    public void Joined(UInt128 group, TimeSpan now)
    {
        if (_changes.Exists(change => change.Group == group))
            return;
        _changes.Add((group, RobustnessVariable));
        TellChanges(now);
    }

    /// <summary>A query whose ICMPv6 checksum is right. False: it breaks the rules (RFC 3810 5.1.14, 6.2).</summary>
    public bool Receive(in Arrived arrived, ReadOnlySpan<byte> message, TimeSpan now)
    {
        if (arrived.HopLimit != 1 || !AddressKinds.IsLinkLocal(arrived.Source) || !ListenerQuery.TryRead(message, out ListenerQuery query))
            return false;
        if (query.IsFirstVersion)
            _firstVersionUntil = now + OlderVersionQuerierPresent;
        if (query.Group != 0 && !link.IsMember(query.Group))
            return true;
        TimeSpan due = now + (query.MaxResponse * (random() / (double)uint.MaxValue));
        if (due < _answerDue)
            _answerDue = due;
        return true;
    }

    public void Expire(TimeSpan now)
    {
        if (_changesDue <= now)
            TellChanges(now);
        if (_answerDue > now)
            return;
        _answerDue = TimeSpan.MaxValue;
        Tell([.. link.Groups], ListenerMessages.ModeIsExclude, now);
    }

    private void TellChanges(TimeSpan now)
    {
        Tell([.. _changes.Select(change => change.Group)], ListenerMessages.ChangeToExcludeMode, now);
        for (int i = _changes.Count - 1; i >= 0; i--)
        {
            _changes[i] = _changes[i] with { Left = _changes[i].Left - 1 };
            if (_changes[i].Left == 0)
                _changes.RemoveAt(i);
        }

        _changesDue = _changes.Count == 0 ? TimeSpan.MaxValue : now + (UnsolicitedReportInterval * (random() / (double)uint.MaxValue));
    }

    private void Tell(ReadOnlySpan<UInt128> groups, byte record, TimeSpan now)
    {
        if (groups.IsEmpty)
            return;
        if (now >= _firstVersionUntil)
        {
            ListenerMessages.Report(link, groups, record);
            return;
        }

        foreach (UInt128 group in groups)
            ListenerMessages.ReportFirstVersion(link, group);
    }
}
