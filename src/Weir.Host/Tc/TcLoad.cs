using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink;
using Weir.Netlink.Protocol;

namespace Weir.Host.Tc;

/// <summary>Steps of a text of tc, in the order in which they are sent.</summary>
internal sealed class TcLoad(NetworkNamespace ns, IReadOnlyList<TcStep> steps, Func<int, string> name) : ILoad
{
    private readonly Stack<Action<RouteSocket>> _inverses = new();

    public IReadOnlyList<string> Messages { get; } = [.. steps.Select(step => step.Describe(name))];

    public void Apply()
    {
        using var socket = RouteSocket.Open(ns);
        foreach (var step in steps)
        {
            try
            {
                _inverses.Push(step.Apply(socket));
            }
            catch (NetlinkException exception)
            {
                throw new RefusedLineException(step.Line, step.Text, exception.Message + UndoAfter(socket), exception);
            }
        }
    }

    public void Dispose()
    {
        // Nothing is held open between the calls.
    }

    public void Undo()
    {
        using var socket = RouteSocket.Open(ns);
        Undo(socket);
    }

    /// <returns>Words for a refusal: empty when all was taken back.</returns>
    private string UndoAfter(RouteSocket socket)
    {
        try
        {
            Undo(socket);
            return "";
        }
        catch (NetlinkException exception)
        {
            return $"; and what was done before it could not all be taken back: {exception.Message}";
        }
    }

    private void Undo(RouteSocket socket)
    {
        while (_inverses.TryPop(out var inverse))
            inverse(socket);
    }
}
