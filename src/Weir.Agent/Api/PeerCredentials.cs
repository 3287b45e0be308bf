using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Weir.Agent.Api;

/// <summary>Who is at the other end of a Unix socket, as the kernel knows it (unix(7) SO_PEERCRED, SO_PEERGROUPS): it cannot be forged.</summary>
internal sealed record PeerCredentials(int ProcessId, uint UserId, uint GroupId, IReadOnlyList<uint> Groups)
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const int SO_PEERGROUPS = 59;

    // NGROUPS_MAX is 65536; nobody who calls this API has more than a few.
    private const int MaxGroups = 1024;

    public static PeerCredentials Of(Socket socket)
    {
        Span<uint> credentials = stackalloc uint[3];
        socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, MemoryMarshal.AsBytes(credentials));
        return new((int)credentials[0], credentials[1], credentials[2], GroupsOf(socket));
    }

    /// <summary>Root, or a member of the group that the agent was told.</summary>
    public bool MayUse(uint? group) => UserId == 0 || (group is { } wanted && (GroupId == wanted || Groups.Contains(wanted)));

    private static uint[] GroupsOf(Socket socket)
    {
        var buffer = new byte[MaxGroups * sizeof(uint)];
        try
        {
            var length = socket.GetRawSocketOption(SOL_SOCKET, SO_PEERGROUPS, buffer);
            return [.. buffer.AsSpan(0, length).ToArray().Chunk(sizeof(uint)).Select(chunk => BinaryPrimitives.ReadUInt32LittleEndian(chunk))];
        }
        catch (SocketException)
        {
            // Kernels before 4.13, or more groups than fit: the primary group still counts.
            return [];
        }
    }
}

/// <summary>group(5): names and numbers.</summary>
internal static class Groups
{
    /// <summary>The number of a group by name or number; null when there is none.</summary>
    public static uint? Find(string nameOrNumber, string file = "/etc/group")
    {
        if (uint.TryParse(nameOrNumber, out var number))
        {
            return number;
        }

        return File.Exists(file)
            ? File.ReadLines(file)
                .Select(line => line.Split(':'))
                .Where(fields => fields.Length >= 3 && fields[0] == nameOrNumber)
                .Select(fields => uint.TryParse(fields[2], out var id) ? id : (uint?)null)
                .FirstOrDefault()
            : null;
    }
}
