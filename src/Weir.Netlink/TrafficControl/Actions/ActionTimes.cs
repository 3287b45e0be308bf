using System.Runtime.InteropServices;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>How long ago an action was made and used, in hundredths of a second; 0 for never.</summary>
/// <param name="Expires">In how long it goes by itself.</param>
public sealed record ActionTimes(ulong Installed, ulong LastUsed, ulong Expires, ulong FirstUsed)
{
    /// <summary>struct tcf_t (include/uapi/linux/pkt_cls.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Times
    {
        public ulong Install;
        public ulong LastUse;
        public ulong Expires;
        public ulong FirstUse;
    }

    /// <summary>Null when an action's options say nothing of it, or it is not known where they do.</summary>
    internal static ActionTimes? Read(string kind, NetlinkAttributes options)
    {
        ushort? wanted = kind switch
        {
            "mirred" => (ushort)MirredAttribute.TCA_MIRRED_TM,
            "gact" => (ushort)GactAttribute.TCA_GACT_TM,
            "skbedit" => (ushort)SkbeditAttribute.TCA_SKBEDIT_TM,
            "pedit" => (ushort)PeditAttribute.TCA_PEDIT_TM,
            "csum" => (ushort)CsumAttribute.TCA_CSUM_TM,
            "police" => (ushort)PoliceAttribute.TCA_POLICE_TM,
            _ => null,
        };
        foreach (var attribute in options)
        {
            if (attribute.Type != wanted)
                continue;
            var times = attribute.Read<Times>();
            return new ActionTimes(times.Install, times.LastUse, times.Expires, times.FirstUse);
        }

        return null;
    }
}
