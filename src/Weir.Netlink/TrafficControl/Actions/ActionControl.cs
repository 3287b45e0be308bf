namespace Weir.Netlink.TrafficControl.Actions;

/// <summary>include/uapi/linux/pkt_cls.h: what an action says of the frame (TC_ACT_). A plain number, since two of them carry an operand.</summary>
public static class ActionControl
{
    /// <summary>TC_ACT_UNSPEC: <c>continue</c> with the next filter.</summary>
    public const int Continue = -1;

    /// <summary>TC_ACT_OK: <c>pass</c>.</summary>
    public const int Pass = 0;

    public const int Reclassify = 1;

    /// <summary>TC_ACT_SHOT: <c>drop</c>.</summary>
    public const int Drop = 2;

    /// <summary>The next action; the last one's pipe ends the classification.</summary>
    public const int Pipe = 3;

    public const int Stolen = 4;

    public const int Trap = 8;

    private const int JumpBits = 0x10000000, GotoChainBits = 0x20000000, OperandMask = 0x0fffffff;

    /// <summary>Over the next actions.</summary>
    public static int Jump(int count) => JumpBits | (count & OperandMask);

    public static int GotoChain(uint chain) => GotoChainBits | ((int)chain & OperandMask);
}
