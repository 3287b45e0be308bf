using System.Runtime.InteropServices;
using Weir.Host.Formats;
using Weir.Linux;
using Weir.Netlink.Nftables;

namespace Weir.Host.Nft;

/// <summary>A text as one batch, ready to be sent.</summary>
internal sealed class NftLoad(NetworkNamespace ns, NftBatch batch, IReadOnlyList<string> messages) : ILoad
{
    private NftRuleset? _before;
    private uint? _after;

    public IReadOnlyList<string> Messages => messages;

    public void Apply()
    {
        if (batch.Count == 0)
            return;
        using var socket = NftSocket.Open(ns);
        var before = socket.Read();
        try
        {
            socket.Commit(batch);
        }
        catch (NftBatchException refused)
        {
            var line = refused.First.Tag as NftLine;
            var part = refused.First.Part.Length == 0 ? "" : $" ({refused.First.Part})";
            throw new RefusedLineException(line?.Line ?? 0, line?.Text ?? "", $"{refused.First.Operation}{part}: {Words(refused.First)}", refused);
        }

        _before = before;
        _after = socket.Generation();
    }

    public void Dispose() => batch.Dispose();

    public void Undo()
    {
        if (_before is not { } before)
            return;
        _before = null;
        using var socket = NftSocket.Open(ns);
        using var undo = new NftBatch();
        undo.FlushRuleset();
        undo.Add(before);
        socket.Commit(undo, _after);
    }

    private static string Words(NftRefusal refusal) =>
        refusal.ExtendedAck.Length != 0 ? refusal.ExtendedAck : $"{Marshal.GetPInvokeErrorMessage(refusal.Errno)} (errno {refusal.Errno})";
}
