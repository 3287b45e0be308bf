namespace Weir.TcpIp.Devices;

/// <summary>What a device carries.</summary>
public enum DeviceMedium
{
    /// <summary>IP packets (a TUN device).</summary>
    Ip,
    /// <summary>Ethernet frames (a TAP device, a packet socket): ARP and neighbour discovery are wanted.</summary>
    Ethernet,
}
