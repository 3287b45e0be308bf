using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Weir.Stack.Kestrel;

/// <summary>Kestrel on a <see cref="TcpStack"/>: <c>services.AddSingleton&lt;IConnectionListenerFactory&gt;(new StackTransportFactory(stack))</c>.</summary>
public sealed class StackTransportFactory(TcpStack stack) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The endpoint is not an address with a port.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is not IPEndPoint address)
            throw new NotSupportedException($"{endpoint}: Weir's stack listens on IP addresses only.");
        try
        {
            return new StackConnectionListener(await stack.ListenAsync(address, cancellationToken: cancellationToken).ConfigureAwait(false));
        }
        catch (System.Net.Sockets.SocketException exception) when (exception.SocketErrorCode == System.Net.Sockets.SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(exception.Message, exception);
        }
    }
}
