namespace Weir.Enforcer.Identification;

/// <summary>SSH: both ends begin with a banner (RFC 4253 4.2), whoever is first.</summary>
internal static class SshSignature
{
    public static SignatureMatch Match(ReadOnlySpan<byte> bytes)
    {
        SignatureMatch two = Prefix.Match(bytes, "SSH-2.0-"u8);
        return two == SignatureMatch.No ? Prefix.Match(bytes, "SSH-1."u8) : two;
    }
}
