using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/tc_act/tc_mirred.h: where a frame goes, and whether itself (redirect) or a copy (mirror).</summary>
public enum MirredTarget
{
    EgressRedirect = 1,
    EgressMirror = 2,
    IngressRedirect = 3,
    IngressMirror = 4,
}

/// <summary><c>action mirred egress|ingress mirror|redirect dev LINK</c>. A redirected frame is gone; a mirrored one goes on to the next action.</summary>
public sealed record MirredAction(MirredTarget Target, int LinkIndex)
    : FilterAction("mirred", Target is MirredTarget.EgressRedirect or MirredTarget.IngressRedirect ? ActionControl.Stolen : ActionControl.Pipe);

/// <summary>include/uapi/linux/tc_act/tc_mirred.h</summary>
internal enum MirredAttribute : ushort
{
    TCA_MIRRED_TM = 1,
    TCA_MIRRED_PARMS = 2,
}

/// <summary>How a MirredAction looks on the wire: TCA_MIRRED_PARMS with struct tc_mirred.</summary>
internal static class MirredMessage
{
    /// <summary>struct tc_mirred, 28 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Mirred
    {
        public ActionParameters Parameters;
        public int Target;
        public int LinkIndex;
    }

    internal static void Write(ref NetlinkWriter writer, MirredAction action) =>
        writer.WriteBytes(MirredAttribute.TCA_MIRRED_PARMS, MemoryMarshal.AsBytes([new Mirred { Parameters = ActionParameters.Of(action), Target = (int)action.Target, LinkIndex = action.LinkIndex }]));

    internal static FilterAction Read(NetlinkAttributes options)
    {
        var action = new MirredAction(0, 0);
        foreach (var attribute in options)
        {
            if ((MirredAttribute)attribute.Type != MirredAttribute.TCA_MIRRED_PARMS)
                continue;
            var mirred = attribute.Read<Mirred>();
            action = mirred.Parameters.ApplyTo(new MirredAction((MirredTarget)mirred.Target, mirred.LinkIndex));
        }

        return action;
    }
}
