using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl.Classifiers;

namespace Weir.Netlink.TrafficControl;

/// <summary><c>tc filter</c>.</summary>
public sealed class Filters
{
    /// <summary>cls_bpf numbers its programs; the first is 1, and a replacement keeps the number.</summary>
    private const uint BpfHandle = 1;

    private readonly NetlinkExchange _exchange;

    internal Filters(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>All filters at a hook, in the order in which they are tried; a classifier itself (handle 0) stands before its filters. Empty for a link that does not exist.</summary>
    public IReadOnlyList<Filter> List(int linkIndex, uint parent = TrafficHandle.Ingress)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex, Parent = parent });
        return _exchange.Dump($"list filters of link {linkIndex}", writer, NetlinkMessageType.RTM_GETTFILTER, FilterMessage.Read);
    }

    /// <summary><c>tc filter add</c>. EEXIST when one with the same handle is there.</summary>
    public void Add(Filter filter) => Send("add", filter, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);

    /// <summary><c>tc filter replace</c>: makes it, or puts it in the place of the one with the same handle.</summary>
    public void Replace(Filter filter) => Send("replace", filter, NewFlags.NLM_F_CREATE);

    /// <summary><c>tc filter change</c>: the one that is there with the same handle.</summary>
    public void Change(Filter filter) => Send("change", filter, NewFlags.None);

    /// <summary>Adds or replaces, in one step, a cls_bpf filter in direct-action mode.</summary>
    /// <remarks>No frame passes between the old program and the new: net/sched/cls_bpf.c cls_bpf_change swaps them under the same handle.</remarks>
    public void SetBpf(int linkIndex, uint parent, ushort preference, int programDescriptor, string name) =>
        Send("set", new Filter
        {
            LinkIndex = linkIndex,
            Parent = parent,
            Preference = preference,
            Handle = BpfHandle,
            Classifier = new BpfClassifier { ProgramDescriptor = programDescriptor, Name = name, DirectAction = true },
        }, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);

    /// <summary>Deletes all filters of a preference; all of the hook when it is 0.</summary>
    public void Delete(int linkIndex, uint parent, ushort preference, ushort protocol = 3, uint chain = 0) => SendDelete(
        $"delete filter {preference} of link {linkIndex}",
        new Filter { LinkIndex = linkIndex, Parent = parent, Preference = preference, Protocol = preference == 0 ? (ushort)0 : protocol, Chain = chain, Classifier = new UnknownClassifier("") });

    /// <summary>Deletes one filter: that of its handle, or its whole preference when the handle is 0.</summary>
    public void Delete(Filter filter) => SendDelete($"delete filter {OperationName.Optional(filter.Kind)}{filter.Preference} of link {filter.LinkIndex}", filter);

    private void Send(string verb, Filter filter, NewFlags flags)
    {
        var writer = _exchange.Begin();
        FilterMessage.Write(ref writer, filter);
        // The kinds stand in the operation, since the kernel does not say which of them it lacks.
        var actions = filter.Actions.Count == 0 ? "" : $" with {string.Join(", ", filter.Actions.Select(action => action.Kind))}";
        _exchange.Change($"{verb} {filter.Kind} filter {filter.Preference}{actions} {(verb == "add" ? "to" : "of")} link {filter.LinkIndex}", writer, NetlinkMessageType.RTM_NEWTFILTER, flags);
    }

    private void SendDelete(string operation, Filter filter)
    {
        var writer = _exchange.Begin();
        FilterMessage.WriteHeader(ref writer, filter);
        if (filter.Chain != 0)
            writer.WriteUInt32(TrafficControlAttribute.TCA_CHAIN, filter.Chain);
        if (filter.Kind.Length != 0)
            writer.WriteString(TrafficControlAttribute.TCA_KIND, filter.Kind);
        _exchange.Change(operation, writer, NetlinkMessageType.RTM_DELTFILTER);
    }
}
