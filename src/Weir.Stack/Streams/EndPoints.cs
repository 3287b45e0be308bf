using System.Net;
using Weir.Packets;

namespace Weir.Stack.Streams;

/// <summary>Between .NET's addresses and the stack's.</summary>
internal static class EndPoints
{
    internal static IPEndPoint Of(UInt128 address, ushort port) => new(IpAddressBits.ToIPAddress(address), port);

    internal static UInt128 BitsOf(IPAddress address) => IpAddressBits.From(address);
}
