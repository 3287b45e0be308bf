using System.Buffers.Binary;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Netfilter;

/// <summary>One NETLINK_NETFILTER socket, made in a namespace, to read all of its nf_tables.</summary>
public sealed class NetfilterSocket : IDisposable
{
    private const int Attempts = 10;

    private readonly NetlinkExchange _exchange;

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    public NetfilterSocket(INetlinkTransport transport) => _exchange = new NetlinkExchange(transport);

    public static NetfilterSocket Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER));

    /// <summary>
    /// All tables, chains, rules, sets, elements, objects and flow tables, a line for each: names, hooks, priorities, policies in words,
    /// expressions by name with the bytes of their attributes. Without what changes by itself (counters, handles, use counts, time left)
    /// and without the elements of sets that packets fill. Two namespaces with the same rules give the same lines.
    /// </summary>
    /// <remarks>Rules of iptables are among them when it is the nf_tables one; tables of the legacy kind are not nf_tables and not seen here.</remarks>
    public IReadOnlyList<string> ListAsText()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (Generation() is not { } generation)
                return [];
            var lines = List();
            if (Generation() == generation)
                return lines;
        }

        throw new NetlinkException("list nf_tables", (int)Errno.EAGAIN, $"the rules changed while they were read, {Attempts} times in a row");
    }

    public void Dispose() => _exchange.Dispose();

    private List<string> List()
    {
        var lines = new List<string>();
        lines.AddRange(Sorted(Dump("list tables", NftablesMessage.NFT_MSG_GETTABLE, NftablesText.Table)));
        lines.AddRange(Sorted(Dump("list chains", NftablesMessage.NFT_MSG_GETCHAIN, NftablesText.Chain)));
        lines.AddRange(Sorted(Dump("list objects", NftablesMessage.NFT_MSG_GETOBJ, NftablesText.Object)));
        lines.AddRange(Sorted(Dump("list flow tables", NftablesMessage.NFT_MSG_GETFLOWTABLE, NftablesText.FlowTable)));
        var sets = Dump("list sets", NftablesMessage.NFT_MSG_GETSET, NftablesText.Set);
        lines.AddRange(Sorted(sets.ConvertAll(set => set.Text)));
        foreach (var set in sets.Where(set => !set.IsFilledByPackets).OrderBy(set => set.Text, StringComparer.Ordinal))
            lines.AddRange(Sorted(Elements(set)));
        // A chain's rules in their order; the chains by name.
        lines.AddRange(Dump("list rules", NftablesMessage.NFT_MSG_GETRULE, NftablesText.Rule).OrderBy(rule => rule.Chain, StringComparer.Ordinal).Select(rule => rule.Text));
        return lines;
    }

    private List<string> Elements(SetLine set)
    {
        var writer = Begin(set.Family);
        writer.WriteString(ElementListAttribute.NFTA_SET_ELEM_LIST_TABLE, set.Table);
        writer.WriteString(ElementListAttribute.NFTA_SET_ELEM_LIST_SET, set.Name);
        var lines = new List<string>();
        _exchange.Dump<string>($"list elements of {set.Table} {set.Name}", writer, (NetlinkMessageType)NftablesMessage.NFT_MSG_GETSETELEM, message =>
        {
            lines.AddRange(NftablesText.Elements(message));
            return null;
        });
        return lines;
    }

    private List<T> Dump<T>(string operation, NftablesMessage type, MessageReader<T> reader)
        where T : class
    {
        var writer = Begin(family: 0);
        try
        {
            return _exchange.Dump(operation, writer, (NetlinkMessageType)type, reader);
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.EOPNOTSUPP)
        {
            // A kernel without this kind of object has none.
            return [];
        }
    }

    /// <summary>Null on a kernel without nf_tables.</summary>
    private uint? Generation()
    {
        uint? generation = null;
        var writer = Begin(family: 0);
        try
        {
            _exchange.Get("read the generation of nf_tables", writer, (NetlinkMessageType)NftablesMessage.NFT_MSG_GETGEN, message =>
            {
                foreach (var attribute in message.Attributes<NftablesText.Header>())
                {
                    if ((GenerationAttribute)attribute.Type == GenerationAttribute.NFTA_GEN_ID)
                        generation = BinaryPrimitives.ReverseEndianness(attribute.UInt32);
                }
            });
        }
        catch (NetlinkException exception) when (exception.Errno is (int)Errno.EINVAL or (int)Errno.EOPNOTSUPP)
        {
            return null;
        }

        return generation ?? 0;
    }

    private NetlinkWriter Begin(byte family)
    {
        var writer = _exchange.Begin();
        writer.WriteFixed(new NftablesText.Header { Family = family });
        return writer;
    }

    private static List<string> Sorted(List<string> lines)
    {
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
