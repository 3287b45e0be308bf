namespace Weir.Enforcer.Identification;

/// <summary>What the first bytes of one direction say about one protocol.</summary>
internal enum SignatureMatch : byte
{
    No,
    /// <summary>Fits so far, but is too short to be sure.</summary>
    NeedMore,
    Yes,
}

/// <summary>Comparing bytes that may end early.</summary>
internal static class Prefix
{
    /// <summary>Do the bytes begin with <paramref name="expected"/>, as far as they go?</summary>
    public static SignatureMatch Match(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> expected)
    {
        if (bytes.Length >= expected.Length)
            return bytes.StartsWith(expected) ? SignatureMatch.Yes : SignatureMatch.No;
        return expected.StartsWith(bytes) ? SignatureMatch.NeedMore : SignatureMatch.No;
    }

    public static bool IsVisible(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E);
}
