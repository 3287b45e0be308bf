namespace Weir.TcpIp.Tcp.Listening;

/// <summary>Listeners by address and port; the more exact one wins, the address before the port.</summary>
internal sealed class ListenerTable
{
    private readonly Dictionary<(UInt128? Address, int Port), TcpListener> _listeners = [];

    private const int AnyPort = -1;

    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public void Add(TcpListener listener)
    {
        if (!_listeners.TryAdd(KeyOf(listener.Options), listener))
            throw new InvalidOperationException($"There is a listener on port {listener.Options.Port?.ToString() ?? "any"} of this address already.");
    }

    public void Delete(TcpListener listener)
    {
        if (_listeners.TryGetValue(KeyOf(listener.Options), out TcpListener? there) && there == listener)
            _listeners.Remove(KeyOf(listener.Options));
    }

    public TcpListener? Find(UInt128 address, ushort port, bool isLocal)
    {
        if (_listeners.Count == 0)
            return null;
        return Find((address, port), isLocal) ?? Find((null, port), isLocal) ?? Find((address, AnyPort), isLocal) ?? Find((null, AnyPort), isLocal);
    }

    private TcpListener? Find((UInt128? Address, int Port) key, bool isLocal) =>
        _listeners.TryGetValue(key, out TcpListener? listener) && (isLocal || listener.Options.Transparent) ? listener : null;

    private static (UInt128? Address, int Port) KeyOf(TcpListenOptions options) => (options.Address, options.Port ?? AnyPort);
}
