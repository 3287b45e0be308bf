using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/tc_act/tc_gact.h: how chance decides (PGACT_).</summary>
public enum GactRandomness : ushort
{
    None = 0,
    /// <summary><c>netrand</c>: one of so many, by chance.</summary>
    Random = 1,
    /// <summary><c>determ</c>: every so many.</summary>
    Every = 2,
}

/// <summary><c>action pass | drop | continue | …</c>: nothing but its control; another one by chance.</summary>
public sealed record GactAction(int Control) : FilterAction("gact", Control)
{
    public GactRandomness Randomness { get; init; }
    /// <summary>What becomes of the frames that chance chooses.</summary>
    public int RandomControl { get; init; }
    /// <summary>One of so many frames.</summary>
    public ushort RandomValue { get; init; }
}

/// <summary>include/uapi/linux/tc_act/tc_gact.h</summary>
internal enum GactAttribute : ushort
{
    TCA_GACT_TM = 1,
    TCA_GACT_PARMS = 2,
    TCA_GACT_PROB = 3,
}

/// <summary>How a GactAction looks on the wire: TCA_GACT_PARMS with tc_gen, TCA_GACT_PROB with struct tc_gact_p.</summary>
internal static class GactMessage
{
    /// <summary>struct tc_gact_p, 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Probability
    {
        public ushort Type;
        public ushort Value;
        public int Control;
    }

    internal static void Write(ref NetlinkWriter writer, GactAction action)
    {
        writer.WriteBytes(GactAttribute.TCA_GACT_PARMS, MemoryMarshal.AsBytes([ActionParameters.Of(action)]));
        if (action.Randomness != GactRandomness.None)
            writer.WriteBytes(GactAttribute.TCA_GACT_PROB, MemoryMarshal.AsBytes([new Probability { Type = (ushort)action.Randomness, Value = action.RandomValue, Control = action.RandomControl }]));
    }

    internal static FilterAction Read(NetlinkAttributes options)
    {
        var action = new GactAction(ActionControl.Pass);
        foreach (var attribute in options)
        {
            switch ((GactAttribute)attribute.Type)
            {
                case GactAttribute.TCA_GACT_PARMS:
                    action = attribute.Read<ActionParameters>().ApplyTo(action);
                    break;
                case GactAttribute.TCA_GACT_PROB:
                    var chance = attribute.Read<Probability>();
                    action = action with { Randomness = (GactRandomness)chance.Type, RandomControl = chance.Control, RandomValue = chance.Value };
                    break;
            }
        }

        return action;
    }
}
