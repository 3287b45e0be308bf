using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink.Ipset;
using Weir.Netlink.Protocol;
using Weir.Rules.Ipset;

namespace Weir.Host.Ipset;

/// <summary>Lines for <c>ipset restore</c>, installed whole or not at all.</summary>
/// <remarks>
/// The kernel has no transaction for sets. So every step puts its inverse on a stack first: a new set is destroyed; a set whose content changes
/// is kept as it was, made again beside the changed one and swapped in, which rules that use it do not notice; a destroyed set is made again.
/// </remarks>
internal sealed class IpsetLoad(NetworkNamespace ns, IReadOnlyList<IpsetLine> lines) : ILoad
{
    private readonly Stack<Action<IpsetSocket>> _inverses = new();

    /// <summary>Sets whose content is on the stack already; a name means another set after a swap, a rename, a destruction.</summary>
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IReadOnlyList<string> Messages => [.. lines.Select(line => IpsetText.Print(line.Command))];

    /// <inheritdoc/>
    public void Apply()
    {
        using var socket = IpsetSocket.Open(ns);
        for (var at = 0; at < lines.Count;)
        {
            var together = Together(at);
            try
            {
                Apply(socket, at, together);
            }
            catch (NetlinkException exception)
            {
                var refused = lines[at + Math.Min(exception.Index ?? 0, together - 1)];
                var refusal = exception.ExtendedAck.Length != 0 ? exception.ExtendedAck : exception.Message;
                throw new RefusedLineException(refused.Number, refused.Text, refusal + TakeBack(socket), exception);
            }

            at += together;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held open between the calls.
    }

    /// <inheritdoc/>
    public void Undo()
    {
        using var socket = IpsetSocket.Open(ns);
        Undo(socket);
    }

    /// <summary>How many lines from here are the same command for elements of the same set: they go with one message.</summary>
    private int Together(int at)
    {
        var count = 1;
        while (at + count < lines.Count && IsSame(lines[at].Command, lines[at + count].Command))
            count++;
        return count;
    }

    private static bool IsSame(IpsetCommand first, IpsetCommand next) => (first, next) switch
    {
        (IpsetAdd one, IpsetAdd other) => one.Set == other.Set && one.Exist == other.Exist,
        (IpsetDelete one, IpsetDelete other) => one.Set == other.Set && one.Exist == other.Exist,
        _ => false,
    };

    private void Apply(IpsetSocket socket, int at, int together)
    {
        switch (lines[at].Command)
        {
            case IpsetCreate create:
                Create(socket, create);
                break;
            case IpsetAdd add:
                Keep(socket, add.Set);
                socket.Add(add.Set, [.. lines.Skip(at).Take(together).Select(line => IpsetModel.ToKernel(((IpsetAdd)line.Command).Entry))], add.Exist);
                break;
            case IpsetDelete delete:
                Keep(socket, delete.Set);
                socket.Delete(delete.Set, [.. lines.Skip(at).Take(together).Select(line => IpsetModel.ToKernel(((IpsetDelete)line.Command).Entry))], delete.Exist);
                break;
            case IpsetFlush { Set: { } name }:
                Keep(socket, name);
                socket.Flush(name);
                break;
            case IpsetFlush:
                foreach (var set in socket.List())
                    Keep(set);
                socket.FlushAll();
                break;
            case IpsetDestroy { Set: { } name }:
                var exist = lines[at].Command.Exist;
                Destroy(exist && socket.Find(name) is null ? [] : [socket.Get(name)], () => socket.Destroy(name, exist));
                break;
            case IpsetDestroy:
                Destroy(socket.List(), socket.DestroyAll);
                break;
            case IpsetRename rename:
                socket.Rename(rename.Set, rename.NewName);
                _inverses.Push(back => back.Rename(rename.NewName, rename.Set));
                _kept.Clear();
                break;
            case IpsetSwap swap:
                socket.Swap(swap.Set, swap.Other);
                _inverses.Push(back => back.Swap(swap.Set, swap.Other));
                _kept.Clear();
                break;
        }
    }

    private void Create(IpsetSocket socket, IpsetCreate create)
    {
        var there = create.Exist && socket.Find(create.Name) is not null;
        socket.Create(IpsetModel.ToKernel(create), create.Exist);
        if (there)
            return;
        _inverses.Push(back => back.Destroy(create.Name));
        _kept.Add(create.Name);
    }

    private void Destroy(IReadOnlyList<IpsetContent> sets, Action destroy)
    {
        destroy();
        _inverses.Push(back =>
        {
            foreach (var set in sets)
            {
                back.Create(set.Definition);
                back.Add(set.Definition.Name, set.Elements);
            }
        });
        _kept.Clear();
    }

    private void Keep(IpsetSocket socket, string name)
    {
        if (!_kept.Contains(name))
            Keep(socket.Get(name));
    }

    private void Keep(IpsetContent set)
    {
        if (_kept.Add(set.Definition.Name))
            _inverses.Push(back => Restore(back, set));
    }

    /// <summary>Makes the set as it was beside the one that is there, and swaps them.</summary>
    private static void Restore(IpsetSocket socket, IpsetContent set)
    {
        var aside = $"weir-undo-{Guid.NewGuid():N}"[..31];
        socket.Create(set.Definition with { Name = aside });
        try
        {
            socket.Add(aside, set.Elements);
            socket.Swap(aside, set.Definition.Name);
        }
        finally
        {
            socket.Destroy(aside);
        }
    }

    private string TakeBack(IpsetSocket socket)
    {
        try
        {
            Undo(socket);
            return "";
        }
        catch (NetlinkException exception)
        {
            return $"; and what was done before could not be undone: {exception.Message}";
        }
    }

    private void Undo(IpsetSocket socket)
    {
        while (_inverses.TryPop(out var inverse))
            inverse(socket);
        _kept.Clear();
    }
}
