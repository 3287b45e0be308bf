using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/pkt_cls.h: one action in a filter's list.</summary>
internal enum ActionAttribute : ushort
{
    TCA_ACT_KIND = 1,
    TCA_ACT_OPTIONS = 2,
    TCA_ACT_INDEX = 3,
    TCA_ACT_STATS = 4,
}

/// <summary>tc_gen, the 20 bytes that all actions' parameters begin with (include/uapi/linux/pkt_cls.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ActionParameters
{
    public uint Index;
    public uint Capabilities;
    public int Control;
    public int References;
    public int Bindings;

    internal static ActionParameters Of(FilterAction action) => new() { Index = action.Index, Control = action.Control };

    internal readonly T ApplyTo<T>(T action)
        where T : FilterAction => action with { Index = Index, Control = Control, References = References, Bindings = Bindings };
}

/// <summary>How a list of FilterActions looks on the wire: nests 1, 2, 3 … of TCA_ACT_KIND and TCA_ACT_OPTIONS.</summary>
internal static class ActionMessage
{
    /// <summary>TCA_ACT_MAX_PRIO.</summary>
    internal const int Limit = 32;

    private const ushort Nested = 0x8000;

    internal static void WriteList<TAttribute>(ref NetlinkWriter writer, TAttribute attribute, IReadOnlyList<FilterAction> actions)
        where TAttribute : unmanaged, Enum
    {
        if (actions.Count == 0)
            return;
        if (actions.Count > Limit)
            throw new ArgumentException($"a filter has at most {Limit} actions", nameof(actions));
        var list = writer.BeginNested(attribute);
        for (var i = 0; i < actions.Count; i++)
        {
            var entry = writer.BeginNested((ushort)(i + 1));
            writer.WriteString(ActionAttribute.TCA_ACT_KIND, actions[i].Kind);
            var options = writer.BeginNested((ushort)((ushort)ActionAttribute.TCA_ACT_OPTIONS | Nested));
            WriteOptions(ref writer, actions[i]);
            writer.EndNested(options);
            writer.EndNested(entry);
        }

        writer.EndNested(list);
    }

    internal static List<FilterAction> ReadList(NetlinkAttributes list)
    {
        var actions = new List<FilterAction>();
        foreach (var entry in list)
            actions.Add(Read(entry.Nested));
        return actions;
    }

    internal static FilterAction Read(NetlinkAttributes attributes)
    {
        var kind = "";
        NetlinkAttribute options = default;
        TrafficStatistics? statistics = null;
        foreach (var attribute in attributes)
        {
            switch ((ActionAttribute)attribute.Type)
            {
                case ActionAttribute.TCA_ACT_KIND:
                    kind = attribute.Text;
                    break;
                case ActionAttribute.TCA_ACT_OPTIONS:
                    options = attribute;
                    break;
                case ActionAttribute.TCA_ACT_STATS:
                    statistics = StatisticsMessage.Read(attribute.Nested);
                    break;
            }
        }

        return ReadOptions(kind, options) with { Statistics = statistics, Times = ActionTimes.Read(kind, options.Nested) };
    }

    private static void WriteOptions(ref NetlinkWriter writer, FilterAction action)
    {
        switch (action)
        {
            case MirredAction mirred:
                MirredMessage.Write(ref writer, mirred);
                break;
            case PeditAction pedit:
                PeditMessage.Write(ref writer, pedit);
                break;
            case GactAction gact:
                GactMessage.Write(ref writer, gact);
                break;
            case SkbeditAction skbedit:
                SkbeditMessage.Write(ref writer, skbedit);
                break;
            case CsumAction csum:
                CsumMessage.Write(ref writer, csum);
                break;
            case PoliceAction police:
                PoliceMessage.Write(ref writer, police);
                break;
            default:
                throw new ArgumentException($"how to ask for an action {action.Kind} is not known", nameof(action));
        }
    }

    private static FilterAction ReadOptions(string kind, NetlinkAttribute options) => kind switch
    {
        "mirred" => MirredMessage.Read(options.Nested),
        "pedit" => PeditMessage.Read(options.Nested),
        "gact" => GactMessage.Read(options.Nested),
        "skbedit" => SkbeditMessage.Read(options.Nested),
        "csum" => CsumMessage.Read(options.Nested),
        "police" => PoliceMessage.Read(options.Nested),
        _ => ReadUnknown(kind, options),
    };

    /// <summary>The parameters of nearly all kinds are attribute 2.</summary>
    private static UnknownAction ReadUnknown(string kind, NetlinkAttribute options)
    {
        var action = new UnknownAction(kind, ActionControl.Pass, options.Value.ToArray());
        foreach (var attribute in options.Nested)
        {
            if (attribute.Type == 2)
                action = attribute.Read<ActionParameters>().ApplyTo(action);
        }

        return action;
    }
}
