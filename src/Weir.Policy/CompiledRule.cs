namespace Weir.Policy;

/// <summary>Whether a rule matches a session, and if not, the first part of it that does not.</summary>
internal enum RuleMatch : byte
{
    Matches,
    /// <summary>All but the application, which is not known yet, matches.</summary>
    DependsOnApplication,
    Disabled,
    FromDiffers,
    ToDiffers,
    PortDiffers,
    ApplicationDiffers,
}

/// <summary>A query with its peer looked up.</summary>
internal readonly ref struct RuleSubject(in PolicyQuery query, int peer)
{
    public readonly int Local = query.Workload;
    public readonly int Peer = peer;
    public readonly UInt128 PeerAddress = query.Peer;
    public readonly bool LocalIsClient = query.Direction == SessionDirection.Egress;
    public readonly uint PortKey = PortRange.Key(query.Protocol, query.Port);
    public readonly Application Application = query.Application;
    public readonly bool BeginningUnseen = query.BeginningUnseen && query.Application == Application.Unknown;
    public readonly bool ApplicationIsFinal = query.ApplicationIsFinal || query.BeginningUnseen || query.Protocol is not (6 or 17);
}

/// <summary>A rule ready to be compared with sessions.</summary>
/// <param name="From">Index of the selector of the clients.</param>
/// <param name="To">Index of the selector of the servers.</param>
/// <param name="Ports">Empty: any.</param>
internal sealed record CompiledRule(PolicyRule Rule, int From, int To, PortRange[] Ports, ApplicationSet Applications)
{
    /// <summary>The one place that says whether a rule matches: decisions and explanations both come from here.</summary>
    public RuleMatch Match(in RuleSubject subject, Selector[] selectors)
    {
        if (Rule.Disabled) return RuleMatch.Disabled;
        if (!Matches(selectors[From], subject.LocalIsClient, subject)) return RuleMatch.FromDiffers;
        if (!Matches(selectors[To], !subject.LocalIsClient, subject)) return RuleMatch.ToDiffers;
        if (!MatchesPort(subject.PortKey)) return RuleMatch.PortDiffers;
        if (Applications.IsAny) return RuleMatch.Matches;
        if (subject.BeginningUnseen) return Rule.Action == RuleAction.Allow && Ports.Length > 0 ? RuleMatch.Matches : RuleMatch.ApplicationDiffers;
        if (!subject.ApplicationIsFinal) return RuleMatch.DependsOnApplication;
        return Applications.Contains(subject.Application) ? RuleMatch.Matches : RuleMatch.ApplicationDiffers;
    }

    private static bool Matches(Selector selector, bool isLocal, in RuleSubject subject)
        => isLocal ? selector.MatchesLocal(subject.Local) : selector.MatchesPeer(subject.Peer, subject.PeerAddress);

    private bool MatchesPort(uint key)
    {
        if (Ports.Length == 0) return true;
        foreach (var range in Ports)
        {
            if (range.Contains(key)) return true;
        }

        return false;
    }
}
