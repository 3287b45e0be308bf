namespace Weir.Agent.Store;

/// <summary>The store can't be opened, read or written.</summary>
public sealed class StoreException(string message, Exception? inner = null) : Exception(message, inner);
