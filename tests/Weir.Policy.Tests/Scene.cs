using System.Net;

namespace Weir.Policy.Tests;

/// <summary>Three workloads on one network, and shorthand for asking about sessions between them.</summary>
internal static class Scene
{
    public static readonly PolicyWorkload Web = Workload("web", "10.0.0.1", "fd00::1");
    public static readonly PolicyWorkload Api = Workload("api", "10.0.0.2", "fd00::2");
    public static readonly PolicyWorkload Db = Workload("db", "10.0.0.3", "fd00::3");
    public static readonly PolicyWorkload[] All = [Web, Api, Db];

    public static UInt128 Address(string text) => PeerAddress.From(IPAddress.Parse(text));

    public static PolicyWorkload Workload(string name, params string[] addresses) => new() { Name = name, Addresses = [.. addresses.Select(IPAddress.Parse)] };

    public static PolicyWorkload With(this PolicyWorkload workload, string label, string value)
        => workload with { Labels = new Dictionary<string, string>(workload.Labels) { [label] = value } };

    public static PolicyGroup Group(string name, string label, string value, PolicyMode? mode = null)
        => new() { Name = name, Labels = new Dictionary<string, string> { [label] = value }, Mode = mode };

    public static PolicyRule Allow(int id, string from, string to, params string[] ports) => new() { Id = id, From = from, To = to, Ports = ports };

    public static PolicyRule Deny(int id, string from, string to, params string[] ports) => Allow(id, from, to, ports) with { Action = RuleAction.Deny };

    public static PolicyRule Of(this PolicyRule rule, params Application[] applications) => rule with { Applications = applications };

    public static PolicyModel Protect(params PolicyRule[] rules) => Compile(PolicyMode.Protect, rules);

    public static PolicyModel Compile(PolicyMode mode, params PolicyRule[] rules)
        => PolicyModel.Compile(new PolicyConfig { DefaultMode = mode, Rules = rules }, All, 1);

    public static PolicyQuery Egress(this PolicyModel model, string workload, string peer, ushort port = 80, byte protocol = 6) => new()
    {
        Workload = model.FindWorkload(workload),
        Direction = SessionDirection.Egress,
        Peer = Address(peer),
        Protocol = protocol,
        Port = port,
    };

    public static PolicyQuery Ingress(this PolicyModel model, string workload, string peer, ushort port = 80, byte protocol = 6)
        => model.Egress(workload, peer, port, protocol) with { Direction = SessionDirection.Ingress };

    public static PolicyQuery Known(this PolicyQuery query, Application application) => query with { Application = application, ApplicationIsFinal = true };

    /// <summary>The rule that decides; 0 when none matched.</summary>
    public static int RuleFor(this PolicyModel model, in PolicyQuery query) => model.Evaluate(query).RuleId;
}
