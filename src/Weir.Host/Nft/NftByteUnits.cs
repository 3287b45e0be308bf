namespace Weir.Host.Nft;

/// <summary>Amounts of bytes as nft writes them: <c>10 mbytes</c>.</summary>
internal static class NftByteUnits
{
    private const ulong Kilo = 1024;

    internal static ulong ToBytes(ulong amount, string unit) => unit switch
    {
        "kbytes" => amount * Kilo,
        "mbytes" => amount * Kilo * Kilo,
        _ => amount,
    };

    /// <summary>In the largest unit that needs no fraction.</summary>
    internal static (ulong Amount, string Unit) Of(ulong bytes)
    {
        if (bytes % Kilo != 0 || bytes == 0)
            return (bytes, "bytes");
        return bytes / Kilo % Kilo != 0 ? (bytes / Kilo, "kbytes") : (bytes / Kilo / Kilo, "mbytes");
    }
}
