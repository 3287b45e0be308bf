namespace Weir.Linux.Rings;

/// <summary>A packet socket with a shared receive ring: frames are read where the kernel put them, and sent back from there.</summary>
public sealed class PacketRing : IDisposable
{
    /// <summary>Opens a ring on a link. The socket is made on a thread of its own inside the namespace.</summary>
    /// <exception cref="LinuxException">No such link, no privilege, or no memory for the ring.</exception>
    public static PacketRing Open(NetworkNamespace ns, string link, PacketRingOptions options) => throw new NotImplementedException();

    /// <summary>The link's name, for messages.</summary>
    public string Link => throw new NotImplementedException();

    /// <summary>Puts a socket filter in front of the ring: the program's result is the number of bytes kept, 0 drops (SO_ATTACH_BPF). Replaces an earlier one.</summary>
    /// <param name="programDescriptor">A loaded program of type BPF_PROG_TYPE_SOCKET_FILTER.</param>
    public void AttachFilter(int programDescriptor) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
