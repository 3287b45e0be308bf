namespace Weir.TcpIp.Ip;

/// <summary>RFC 1191 7: what to try when an old router says only that a packet was too big.</summary>
internal static class Plateau
{
    private static ReadOnlySpan<int> Mtus => [65_535, 32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];

    /// <summary>The largest usual MTU below the packet's length.</summary>
    public static int Below(int length)
    {
        foreach (int mtu in Mtus)
        {
            if (mtu < length)
                return mtu;
        }

        return 68;
    }
}
