namespace Weir.Packets;

/// <summary>Why bytes were not accepted as a packet. Each is also a drop reason of the enforcer.</summary>
public enum PacketError : byte
{
    None,
}
