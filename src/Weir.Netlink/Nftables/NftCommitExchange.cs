using System.Buffers.Binary;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>Sends a batch as one datagram and reads what the kernel has to say.</summary>
/// <remarks>
/// net/netfilter/nfnetlink.c nfnetlink_rcv_batch: the whole batch is handled inside sendmsg, and every answer lies in the socket when it
/// returns. No message asks for an ack: acks come for good messages of a refused batch too, and of thousands most would be lost. So silence is
/// success, and nothing is ever waited for.
/// </remarks>
internal sealed class NftCommitExchange(INetlinkTransport transport, byte[] buffer)
{
    /// <summary>What an answer takes of the receive buffer: a small skb with its overhead (832 bytes measured).</summary>
    private const int AnswerCost = 1024;

    /// <summary>An echo repeats the object, in a skb of a page at least.</summary>
    private const int EchoCost = 8 * 1024;

    private const int LargestReserve = 512 << 20;

    /// <summary>A transport that never ends is not the kernel.</summary>
    private const int StrayLimit = 10_000;

    private readonly List<NftRefusal> _refusals = [];
    private int _strays;
    private bool _echoed;

    internal NftCommit Commit(NftBatch batch, uint sequence, uint? generation)
    {
        var message = batch.Finish(sequence, generation);
        transport.Reserve(message.Length + EchoCost, (int)Math.Min(LargestReserve, (long)(batch.Count + 1) * (batch.Echo ? EchoCost : AnswerCost)));
        Send(message);

        var commit = new NftCommit(batch.Count, batch.Echo);
        var lost = false;
        while (true)
        {
            int length;
            try
            {
                length = transport.ReceiveNow(buffer);
            }
            catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOBUFS && !lost)
            {
                lost = true;
                continue;
            }

            if (length <= 0)
                break;
            Read(batch, sequence, buffer.AsSpan(0, Math.Min(length, buffer.Length)), commit);
        }

        ThrowIfRefused(batch, lost);
        commit.IsComplete = !lost;
        return commit;
    }

    private void Send(ReadOnlySpan<byte> message)
    {
        try
        {
            transport.Send(message);
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.EMSGSIZE or (int)Errno.ENOBUFS)
        {
            throw new NftBatchException(
                NftBatchFailure.Refused,
                [NftBatchException.Whole(exception.Errno, $"the batch is {message.Length} bytes long, more than this process may send at once (net.core.wmem_max; CAP_NET_ADMIN lifts it)")]);
        }
    }

    private void Read(NftBatch batch, uint sequence, ReadOnlySpan<byte> datagram, NftCommit commit)
    {
        while (!datagram.IsEmpty)
        {
            if (!NetlinkMessage.TryTake(ref datagram, out var message))
                throw new NetlinkException("commit a batch of nf_tables", (int)Errno.EBADMSG, "the answer lies about its length");
            // BEGIN is −1; END, and whatever belongs to no entry, is as good as BEGIN.
            var number = (long)message.Sequence - sequence - 1;
            if (message.PortId != transport.PortId || number < -1 || number > batch.Count)
            {
                if (++_strays > StrayLimit)
                    throw new NetlinkException("commit a batch of nf_tables", (int)Errno.EBADMSG, "the answers belong to other requests");
                continue;
            }

            var entry = number >= 0 && number < batch.Count ? (int)number : -1;
            if (message.Type == NetlinkMessageType.NLMSG_ERROR)
                ReadError(batch, entry, message);
            else
                ReadEcho(entry, message, commit);
        }
    }

    private void ReadError(NftBatch batch, int entry, NetlinkMessage message)
    {
        if (message.Payload.Length < sizeof(int))
            throw new NetlinkException("commit a batch of nf_tables", (int)Errno.EBADMSG, "the answer is cut short");
        if (ExtendedAck.TryRead(message) is not { } refusal)
            return;
        // One message has one error; a liar's more would only fill memory.
        if (_refusals.Count > batch.Count)
            return;
        _refusals.Add(entry < 0 ? NftRefusalReader.ReadWhole(refusal) : NftRefusalReader.Read(batch, entry, refusal));
    }

    private void ReadEcho(int entry, NetlinkMessage message, NftCommit commit)
    {
        _echoed = true;
        var (handleType, nameType) = (NftMessageType)message.Type switch
        {
            NftMessageType.NFT_MSG_NEWTABLE => ((int)TableAttribute.NFTA_TABLE_HANDLE, (int)TableAttribute.NFTA_TABLE_NAME),
            NftMessageType.NFT_MSG_NEWCHAIN => ((int)ChainAttribute.NFTA_CHAIN_HANDLE, (int)ChainAttribute.NFTA_CHAIN_NAME),
            NftMessageType.NFT_MSG_NEWRULE => ((int)RuleAttribute.NFTA_RULE_HANDLE, 0),
            NftMessageType.NFT_MSG_NEWSET => ((int)SetAttribute.NFTA_SET_HANDLE, (int)SetAttribute.NFTA_SET_NAME),
            NftMessageType.NFT_MSG_NEWOBJ => ((int)ObjectAttribute.NFTA_OBJ_HANDLE, (int)ObjectAttribute.NFTA_OBJ_NAME),
            NftMessageType.NFT_MSG_NEWFLOWTABLE => ((int)FlowTableAttribute.NFTA_FLOWTABLE_HANDLE, (int)FlowTableAttribute.NFTA_FLOWTABLE_NAME),
            _ => (0, 0),
        };
        var handle = 0UL;
        var name = "";
        foreach (var attribute in message.Attributes<NftHeader>())
        {
            if ((NftMessageType)message.Type == NftMessageType.NFT_MSG_NEWGEN && (GenerationAttribute)attribute.Type == GenerationAttribute.NFTA_GEN_ID)
                commit.Generation = BinaryPrimitives.ReverseEndianness(attribute.UInt32);
            else if (attribute.Type == handleType)
                handle = attribute.UInt64BigEndian();
            else if (attribute.Type == nameType)
                name = attribute.Text;
        }

        if (entry >= 0 && handleType != 0)
            commit.Set(entry, handle, name);
    }

    private void ThrowIfRefused(NftBatch batch, bool lost)
    {
        if (_refusals.Count == 0)
        {
            // Echoes are sent by the commit itself: one of them is proof. Without echo only refusals can have been lost.
            if (lost && !_echoed)
                throw new NftBatchException(NftBatchFailure.Unknown, [NftBatchException.Whole((int)Errno.ENOBUFS, "the kernel's answers were lost; what came of the batch shows a list")]);
            return;
        }

        _refusals.Sort((left, right) => left.Entry.CompareTo(right.Entry));
        NftRefusalReader.MarkConsequences(batch, _refusals);
        var first = _refusals[0];
        throw new NftBatchException(NftBatchException.FailureOf(first), _refusals, first.Entry >= 0 ? batch.Message(first.Entry).ToArray() : null);
    }
}
