using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl;

/// <summary><c>tc filter</c>.</summary>
public sealed class Filters
{
    private readonly NetlinkExchange _exchange;

    internal Filters(NetlinkExchange exchange) => _exchange = exchange;

    /// <summary>All filters at a hook, in the order in which they are tried; a classifier itself (handle 0) stands before its filters. Empty for a link that does not exist.</summary>
    public IReadOnlyList<Filter> List(int linkIndex, uint parent = 0xfffffff2)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new TrafficControlHeader { LinkIndex = linkIndex, Parent = parent });
        return _exchange.Dump($"list filters of link {linkIndex}", writer, NetlinkMessageType.RTM_GETTFILTER, FilterMessage.Read);
    }

    /// <summary>Adds or replaces, in one step, a cls_bpf filter in direct-action mode.</summary>
    /// <remarks>No frame passes between the old program and the new: net/sched/cls_bpf.c cls_bpf_change swaps them under the same handle.</remarks>
    public void SetBpf(int linkIndex, uint parent, ushort preference, int programDescriptor, string name)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(FilterMessage.Header(linkIndex, parent, preference, protocol: 3, FilterMessage.BpfHandle));
        FilterMessage.WriteBpf(ref writer, programDescriptor, name);
        _exchange.Change($"set bpf filter {name} on link {linkIndex}", writer, NetlinkMessageType.RTM_NEWTFILTER, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_REPLACE);
    }

    /// <summary>Adds a filter that mirrors or redirects what matches all <paramref name="matches"/>; none match everything.</summary>
    public void AddU32(int linkIndex, uint parent, ushort preference, ushort protocol, IReadOnlyList<U32Match> matches, MirredAction action)
    {
        if (matches.Count > 255)
            throw new ArgumentException("u32 compares at most 255 words", nameof(matches));
        if (matches.Any(match => match.Offset % 4 != 0))
            throw new ArgumentException("u32 compares words at multiples of four", nameof(matches));
        // One word under an empty mask is how tc says "everything".
        if (matches.Count == 0)
            matches = [new U32Match(0, 0, 0)];
        var writer = _exchange.Begin();
        writer.WriteFixed(FilterMessage.Header(linkIndex, parent, preference, protocol, handle: 0));
        FilterMessage.WriteU32(ref writer, matches, action);
        _exchange.Change($"add u32 filter {preference} to link {linkIndex}", writer, NetlinkMessageType.RTM_NEWTFILTER, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_EXCL);
    }

    /// <summary>Deletes all filters of a preference; all of the hook when it is 0.</summary>
    public void Delete(int linkIndex, uint parent, ushort preference, ushort protocol = 3)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(FilterMessage.Header(linkIndex, parent, preference, preference == 0 ? (ushort)0 : protocol, handle: 0));
        _exchange.Change($"delete filter {preference} of link {linkIndex}", writer, NetlinkMessageType.RTM_DELTFILTER);
    }
}
