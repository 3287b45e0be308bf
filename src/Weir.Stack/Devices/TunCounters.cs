using Weir.Linux;

namespace Weir.Stack.Devices;

/// <summary>What has gone through a queue, and what the kernel did not take. Written by its thread; others may read.</summary>
public sealed class TunCounters
{
    public long PacketsReceived { get; private set; }

    public long BytesReceived { get; private set; }

    public long PacketsSent { get; private set; }

    public long BytesSent { get; private set; }

    /// <summary>There was no room in the kernel (EAGAIN, ENOBUFS): TCP sends again what is lost so.</summary>
    public long NoRoom { get; private set; }

    /// <summary>The device was down (EIO), or the kernel did not like the packet (EINVAL).</summary>
    public long Refused { get; private set; }

    internal void Received(int bytes)
    {
        PacketsReceived++;
        BytesReceived += bytes;
    }

    internal void Sent(int bytes, int error)
    {
        switch (error)
        {
            case 0:
                PacketsSent++;
                BytesSent += bytes;
                break;
            case (int)Errno.EAGAIN or (int)Errno.ENOBUFS:
                NoRoom++;
                break;
            default:
                Refused++;
                break;
        }
    }
}
