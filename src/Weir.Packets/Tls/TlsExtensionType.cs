namespace Weir.Packets.Tls;

/// <summary>IANA's TLS ExtensionType values; only those that are read.</summary>
public enum TlsExtensionType : ushort
{
    server_name = 0,
    application_layer_protocol_negotiation = 16,
    supported_versions = 43,

    /// <summary>RFC 9849.</summary>
    encrypted_client_hello = 0xFE0D,
}
