namespace Weir.Netlink.Nftables;

/// <summary>What came of a batch that the kernel has committed.</summary>
public sealed class NftCommit
{
    private readonly ulong[] _handles;
    private readonly string[] _names;

    internal NftCommit(int entries, bool echo)
    {
        _handles = echo ? new ulong[entries] : [];
        _names = echo ? new string[entries] : [];
    }

    /// <summary>The generation that the batch made; known with <see cref="NftBatch.Echo"/> only, otherwise 0.</summary>
    public uint Generation { get; internal set; }

    /// <summary>False when the batch was committed but its echoes were more than the socket's buffer holds: some handles are then missing.</summary>
    public bool IsComplete { get; internal set; } = true;

    /// <summary>The handle of an entry's object; 0 without <see cref="NftBatch.Echo"/>, and for what has none.</summary>
    public ulong Handle(int entry) => entry < _handles.Length ? _handles[entry] : 0;

    /// <summary>The name of an entry's table, chain, set, object or flow table: anonymous ones get theirs from the kernel. Empty without <see cref="NftBatch.Echo"/>.</summary>
    public string Name(int entry) => entry < _names.Length ? _names[entry] ?? "" : "";

    internal void Set(int entry, ulong handle, string name)
    {
        if (entry >= _handles.Length)
            return;
        _handles[entry] = handle;
        _names[entry] = name;
    }
}
