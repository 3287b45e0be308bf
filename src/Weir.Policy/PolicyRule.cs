namespace Weir.Policy;

public enum RuleAction : byte { Allow, Deny }

/// <summary>Who wrote a rule.</summary>
public enum RuleOrigin : byte { User, Learned }

/// <summary>One rule; the first that matches decides.</summary>
public sealed record PolicyRule
{
    public const int FirstUserId = 1, LastUserId = 9_999, FirstLearnedId = 10_000, LastLearnedId = 99_999;

    /// <summary>1 to 9999 written by people, 10000 to 99999 learned.</summary>
    public required int Id { get; init; }
    /// <summary>A group's name, a CIDR, <c>external</c> (no known workload) or <c>any</c>.</summary>
    public required string From { get; init; }
    public required string To { get; init; }
    /// <summary><c>tcp/80</c>, <c>udp/53</c>, <c>tcp/8000-8010</c>, <c>tcp</c>, <c>80</c> (TCP and UDP), <c>icmp</c> (both versions), <c>ip/47</c>; empty: any.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];
    /// <summary>Empty: any.</summary>
    public IReadOnlyList<Application> Applications { get; init; } = [];
    public RuleAction Action { get; init; }
    public RuleOrigin Origin { get; init; }
    public string Comment { get; init; } = "";
    public bool Disabled { get; init; }

    /// <summary>The rule without its id and comment: <c>allow web -> api tcp/80 http</c>.</summary>
    public string Summary
    {
        get
        {
            var ports = Ports.Count == 0 ? "any port" : string.Join(',', Ports);
            var applications = Applications.Count == 0 ? "" : " " + string.Join(',', Applications.Select(a => a.Name()));
            return $"{(Action == RuleAction.Allow ? "allow" : "deny")} {From} -> {To} {ports}{applications}";
        }
    }

    public override string ToString() => $"rule {Id} {Summary}";

    public bool Equals(PolicyRule? other)
        => other is not null && Id == other.Id && SaysTheSame(other) && Origin == other.Origin && Comment == other.Comment;

    /// <summary>True when both decide the same about the same sessions, whatever their ids and comments.</summary>
    public bool SaysTheSame(PolicyRule other)
        => From == other.From && To == other.To && Action == other.Action && Disabled == other.Disabled
            && Ports.SequenceEqual(other.Ports) && Applications.SequenceEqual(other.Applications);

    public override int GetHashCode() => HashCode.Combine(Id, From, To, Action);
}
