using System.Net.Sockets;
using System.Text;

namespace Weir.Cli.Commands;

/// <summary>Tells systemd (Type=notify) how far the service is: sd_notify(3). Does nothing elsewhere.</summary>
internal static class ServiceNotification
{
    public static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
            return;

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading @ stands for the abstract namespace's zero byte.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path));
        }
        catch (SocketException)
        {
            // The service works without anybody knowing how far it is.
        }
    }
}
