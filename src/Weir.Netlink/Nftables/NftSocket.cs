using System.Buffers;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>One NETLINK_NETFILTER socket, made in a namespace: lists its nf_tables and changes them by batches.</summary>
/// <remarks>
/// The socket stays in the namespace it was made in; any one thread at a time may use it. Keep it open while there is more to do: after a batch
/// that updated or deleted something the kernel makes close(2) of any netfilter socket of that namespace wait for an RCU grace period
/// (7 to 33 ms measured). Tables with <see cref="NftTableFlags.NFT_TABLE_F_OWNER"/> live as long as the socket.
/// </remarks>
public sealed class NftSocket : IDisposable
{
    /// <summary>As for dumps: while another process changes the rules without pause, most readings are in vain.</summary>
    private const int Attempts = 64;

    /// <summary>The kernel fills at most 32 KiB of a datagram; one message may be longer.</summary>
    private const int AnswerSize = 128 * 1024;

    private readonly INetlinkTransport _transport;
    private readonly NetlinkExchange _exchange;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    public NftSocket(INetlinkTransport transport)
    {
        _transport = transport;
        _exchange = new NetlinkExchange(transport);
    }

    /// <exception cref="NetlinkException">The kernel has no netfilter sockets.</exception>
    public static NftSocket Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER));

    /// <summary>The port id of this socket: the <see cref="NftTable.Owner"/> of tables that it owns.</summary>
    public uint PortId => _transport.PortId;

    /// <summary>Makes all changes of a batch, or none.</summary>
    /// <param name="batch">May be committed again afterwards: after <see cref="NftBatchFailure.StaleGeneration"/>, or elsewhere.</param>
    /// <param name="generation">The generation that the batch was made for; null: whatever there is.</param>
    /// <exception cref="NftBatchException">The kernel refused it; says which entries, and why.</exception>
    public NftCommit Commit(NftBatch batch, uint? generation = null)
    {
        var sequence = _exchange.TakeSequences(batch.Count + 2);
        var answer = ArrayPool<byte>.Shared.Rent(AnswerSize);
        try
        {
            return new NftCommitExchange(_transport, answer).Commit(batch, sequence, generation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
        }
    }

    /// <summary>The number that every commit increases; null on a kernel without nf_tables.</summary>
    /// <exception cref="NetlinkException">EPERM without CAP_NET_ADMIN.</exception>
    public uint? Generation()
    {
        uint? generation = null;
        var writer = _exchange.Begin();
        writer.WriteFixed(NftHeader.Of(NftFamily.Unspecified));
        try
        {
            _exchange.Get("read the generation of nf_tables", writer, (NetlinkMessageType)NftMessageType.NFT_MSG_GETGEN, message =>
            {
                foreach (var attribute in message.Attributes<NftHeader>())
                {
                    if ((GenerationAttribute)attribute.Type == GenerationAttribute.NFTA_GEN_ID)
                        generation = attribute.UInt32BigEndian();
                }
            });
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.EINVAL or (int)Errno.EOPNOTSUPP)
        {
            return null;
        }

        return generation ?? 0;
    }

    /// <summary>Everything, as of one generation: read again while others change it.</summary>
    /// <param name="family">Of this family only; all for Unspecified.</param>
    /// <param name="elementsOf">Whose elements are read; null: of every set.</param>
    /// <exception cref="NetlinkException">EAGAIN when it changed too often to be read.</exception>
    public NftRuleset Read(NftFamily family = NftFamily.Unspecified, Predicate<NftSet>? elementsOf = null)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (Generation() is not { } generation)
                return new NftRuleset { Generation = 0 };
            try
            {
                var ruleset = ReadOnce(generation, family, elementsOf);
                if (Generation() == generation)
                    return ruleset;
            }
            catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT)
            {
                // A set went before its elements were read.
            }
        }

        throw new NetlinkException("list nf_tables", (int)Errno.EAGAIN, $"it changed while it was read, {Attempts} times in a row");
    }

    public IReadOnlyList<NftTable> ListTables(NftFamily family = NftFamily.Unspecified)
    {
        var writer = _exchange.Begin();
        NftTableMessage.WriteName(ref writer, family, "");
        var names = new NameCache();
        return Dump("list tables", writer, NftMessageType.NFT_MSG_GETTABLE, NftMessageType.NFT_MSG_NEWTABLE, message => NftTableMessage.Read(message, names));
    }

    public IReadOnlyList<NftChain> ListChains(NftFamily family = NftFamily.Unspecified)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(NftHeader.Of(family));
        var names = new NameCache();
        return Dump("list chains", writer, NftMessageType.NFT_MSG_GETCHAIN, NftMessageType.NFT_MSG_NEWCHAIN, message => NftChainMessage.Read(message, names));
    }

    /// <summary>The rules of all chains, of a table's, or of one chain, in their order.</summary>
    public IReadOnlyList<NftRule> ListRules(NftFamily family = NftFamily.Unspecified, string table = "", string chain = "")
    {
        var writer = _exchange.Begin();
        NftRuleMessage.WriteName(ref writer, family, table, chain);
        var names = new NameCache();
        return Dump("list rules", writer, NftMessageType.NFT_MSG_GETRULE, NftMessageType.NFT_MSG_NEWRULE, message => NftRuleMessage.Read(message, names));
    }

    /// <summary>Sets and maps, without their elements.</summary>
    public IReadOnlyList<NftSet> ListSets(NftFamily family = NftFamily.Unspecified, string table = "")
    {
        var writer = _exchange.Begin();
        NftSetMessage.WriteName(ref writer, family, table, "");
        var names = new NameCache();
        return Dump("list sets", writer, NftMessageType.NFT_MSG_GETSET, NftMessageType.NFT_MSG_NEWSET, message => NftSetMessage.Read(message, names));
    }

    /// <summary>The elements of a set or map: of its family, table and name.</summary>
    public IReadOnlyList<NftElement> ListElements(NftSet set)
    {
        var writer = _exchange.Begin();
        NftElementMessage.WriteName(ref writer, set.Family, set.Table, set.Name, 0);
        var names = new NameCache();
        // One message of the dump holds many elements.
        var lists = _exchange.Dump<List<NftElement>>($"list elements of {set.Family.Word()} {set.Table} {set.Name}", writer, (NetlinkMessageType)NftMessageType.NFT_MSG_GETSETELEM, message =>
        {
            if ((NftMessageType)message.Type != NftMessageType.NFT_MSG_NEWSETELEM)
                return null;
            var part = new List<NftElement>();
            NftElementMessage.Read(message, names, part);
            return part;
        });
        if (lists.Count == 1)
            return lists[0];
        var elements = new List<NftElement>(lists.Sum(list => list.Count));
        foreach (var list in lists)
            elements.AddRange(list);
        return elements;
    }

    public IReadOnlyList<NftObject> ListObjects(NftFamily family = NftFamily.Unspecified, string table = "")
    {
        var writer = _exchange.Begin();
        NftObjectMessage.WriteName(ref writer, family, table, "", NftObjectType.NFT_OBJECT_UNSPEC);
        var names = new NameCache();
        return Dump("list objects", writer, NftMessageType.NFT_MSG_GETOBJ, NftMessageType.NFT_MSG_NEWOBJ, message => NftObjectMessage.Read(message, names));
    }

    public IReadOnlyList<NftFlowTable> ListFlowTables(NftFamily family = NftFamily.Unspecified, string table = "")
    {
        var writer = _exchange.Begin();
        NftFlowTableMessage.WriteName(ref writer, family, table, "");
        var names = new NameCache();
        return Dump("list flow tables", writer, NftMessageType.NFT_MSG_GETFLOWTABLE, NftMessageType.NFT_MSG_NEWFLOWTABLE, message => NftFlowTableMessage.Read(message, names));
    }

    /// <summary>Whether the kernel has a revision of an xtables match or target for nft_compat; it loads the module if need be.</summary>
    /// <param name="family">Ip, Ip6, Arp or Bridge.</param>
    public bool HasExtension(NftFamily family, string name, uint revision, XtKind kind)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(NftHeader.Of(family));
        writer.WriteString(CompatAttribute.NFTA_COMPAT_NAME, name);
        writer.WriteUInt32BigEndian(CompatAttribute.NFTA_COMPAT_REV, revision);
        writer.WriteUInt32BigEndian(CompatAttribute.NFTA_COMPAT_TYPE, (uint)kind);
        try
        {
            _exchange.Get($"ask for {name} revision {revision}", writer, (NetlinkMessageType)NftMessageType.NFNL_MSG_COMPAT_GET, _ => { });
            return true;
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.ENOENT or (int)Errno.EPROTONOSUPPORT or (int)Errno.EOPNOTSUPP or (int)Errno.EINVAL)
        {
            // ENOENT: no such extension; EPROTONOSUPPORT: not this revision. A kernel without nft_compat does not know the message at all.
            return false;
        }
    }

    public void Dispose() => _exchange.Dispose();

    private NftRuleset ReadOnce(uint generation, NftFamily family, Predicate<NftSet>? elementsOf)
    {
        var sets = ListSets(family);
        return new NftRuleset
        {
            Generation = generation,
            Tables = ListTables(family),
            Chains = ListChains(family),
            Rules = ListRules(family),
            Sets = sets,
            Elements = [.. sets.Select(set => elementsOf is null || elementsOf(set) ? ListElements(set) : [])],
            Objects = ListObjects(family),
            FlowTables = ListFlowTables(family),
        };
    }

    private List<T> Dump<T>(string operation, in NetlinkWriter writer, NftMessageType request, NftMessageType answer, MessageReader<T> reader)
        where T : class
    {
        try
        {
            return _exchange.Dump(operation, writer, (NetlinkMessageType)request, message => (NftMessageType)message.Type == answer ? reader(message) : null);
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.EOPNOTSUPP)
        {
            // A kernel without this kind of object has none.
            return [];
        }
    }
}
