using System.Net.Sockets;
using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Ipset;

/// <summary><c>ipset</c>: one NETLINK_NETFILTER socket, made in a namespace, for all of its sets.</summary>
/// <remarks>There are no transactions: each call stands alone. <see cref="NetlinkException.ExtendedAck"/> has ipset's own errors (4097 and up) in words.</remarks>
public sealed class IpsetSocket : IDisposable
{
    /// <summary>A message of elements: below the exchange's buffer, and below the 64 KiB that one nest may hold.</summary>
    private const int MessageLimit = 28 * 1024;

    private readonly NetlinkExchange _exchange;
    private readonly Dictionary<(string Type, AddressFamily Family), byte> _revisions = [];

    /// <summary>Over any transport; <see cref="Open"/> is the way to the kernel.</summary>
    public IpsetSocket(INetlinkTransport transport) => _exchange = new NetlinkExchange(transport);

    public static IpsetSocket Open(NetworkNamespace ns) => new(NetlinkSocket.Open(ns, NetlinkProtocol.NETLINK_NETFILTER));

    /// <summary>EEXIST when there is one of this name.</summary>
    /// <param name="definition">What to make.</param>
    /// <param name="exist">An existing set that is the same is no error (<c>-exist</c>).</param>
    public void Create(IpsetDefinition definition, bool exist = false)
    {
        var revision = definition.Revision ?? Revision(definition);
        var writer = _exchange.Begin();
        IpsetMessage.Begin(ref writer, definition.Name);
        IpsetMessage.WriteDefinition(ref writer, definition, revision);
        Change(IpsetCommand.IPSET_CMD_CREATE, $"create set {definition.Name}", definition.Type, writer, NewFlags.NLM_F_CREATE | Flags(exist));
    }

    /// <summary>ENOENT when there is none; error 4100 while a rule or another set uses it.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="exist">A set that is not there is no error (<c>-exist</c>).</param>
    public void Destroy(string name, bool exist = false) => Change(IpsetCommand.IPSET_CMD_DESTROY, $"destroy set {name}", name, exist: exist);

    /// <summary>All sets, or none when one is in use; a member of a list counts, so <see cref="FlushAll"/> goes first.</summary>
    public void DestroyAll() => Change(IpsetCommand.IPSET_CMD_DESTROY, "destroy all sets", null);

    /// <summary>Deletes all elements.</summary>
    public void Flush(string name) => Change(IpsetCommand.IPSET_CMD_FLUSH, $"flush set {name}", name);

    /// <summary>Deletes the elements of all sets.</summary>
    public void FlushAll() => Change(IpsetCommand.IPSET_CMD_FLUSH, "flush all sets", null);

    /// <summary>Error 4108 while it is in use.</summary>
    public void Rename(string name, string newName) => Change(IpsetCommand.IPSET_CMD_RENAME, $"rename set {name} to {newName}", name, newName);

    /// <summary>Exchanges the content of two sets of the same kind; rules keep their set and see the new content at once.</summary>
    public void Swap(string name, string other) => Change(IpsetCommand.IPSET_CMD_SWAP, $"swap sets {name} and {other}", name, other);

    /// <summary>Adds elements, many with one message, in their order. Those before a refused one (<see cref="NetlinkException.Index"/>) stay.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="elements">As many as wanted.</param>
    /// <param name="exist">An element that is there is no error and takes the new timeout, counters and comment (<c>-exist</c>).</param>
    public void Add(string name, IReadOnlyList<IpsetElement> elements, bool exist = false) => Change(IpsetCommand.IPSET_CMD_ADD, "add to", name, elements, exist);

    /// <summary>Deletes elements, as <see cref="Add"/> adds them.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="elements">As many as wanted.</param>
    /// <param name="exist">An element that is not there is no error (<c>-exist</c>).</param>
    public void Delete(string name, IReadOnlyList<IpsetElement> elements, bool exist = false) => Change(IpsetCommand.IPSET_CMD_DEL, "delete from", name, elements, exist);

    /// <summary>Whether a packet with this address, port or network would match.</summary>
    public bool Test(string name, IpsetElement element)
    {
        var writer = _exchange.Begin();
        IpsetMessage.Begin(ref writer, name);
        IpsetMessage.WriteElement(ref writer, element, 0);
        try
        {
            Change(IpsetCommand.IPSET_CMD_TEST, $"test in set {name}", "", writer, NewFlags.None);
            return true;
        }
        catch (NetlinkException exception) when (exception.Errno == (int)IpsetError.IPSET_ERR_EXIST)
        {
            return false;
        }
    }

    /// <summary>All sets with their elements in the kernel's order: lists of sets last, as <c>ipset save</c>.</summary>
    public IReadOnlyList<IpsetContent> List() => List(null);

    /// <summary>One set; ENOENT when there is none of this name.</summary>
    public IpsetContent Get(string name) => List(name) is [var found, ..]
        ? found
        : throw new NetlinkException($"list set {name}", (int)Errno.ENOENT, IpsetErrors.Explain(IpsetCommand.IPSET_CMD_LIST, (int)Errno.ENOENT, ""));

    /// <summary>Name, kind, family and revision of a set, without its options and elements; null when there is none of this name.</summary>
    public IpsetDefinition? Find(string name)
    {
        IpsetDefinition? found = null;
        var writer = _exchange.Begin();
        IpsetMessage.Begin(ref writer, name);
        try
        {
            _exchange.Get($"find set {name}", writer, IpsetTypes.Message(IpsetCommand.IPSET_CMD_HEADER), message => found = IpsetMessage.ReadHeader(message) ?? found);
            return found;
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENOENT)
        {
            return null;
        }
    }

    public void Dispose() => _exchange.Dispose();

    private static NewFlags Flags(bool exist) => exist ? NewFlags.None : NewFlags.NLM_F_EXCL;

    private List<IpsetContent> List(string? name)
    {
        var writer = _exchange.Begin();
        IpsetMessage.Begin(ref writer, name);
        try
        {
            return Join(_exchange.Dump(name is null ? "list sets" : $"list set {name}", writer, IpsetTypes.Message(IpsetCommand.IPSET_CMD_LIST), IpsetMessage.Read));
        }
        catch (NetlinkException exception) when (name is null && exception.Errno is (int)Errno.EINVAL or (int)Errno.EOPNOTSUPP)
        {
            // nfnetlink knows no such subsystem: a kernel without ipset has no sets.
            return [];
        }
        catch (NetlinkException exception)
        {
            throw Explained(exception, IpsetCommand.IPSET_CMD_LIST, "", null);
        }
    }

    /// <summary>A large set comes in several messages, of which only the first has its definition.</summary>
    private static List<IpsetContent> Join(List<IpsetMessage.Part> parts)
    {
        var sets = new List<IpsetContent>();
        List<IpsetElement>? elements = null;
        foreach (var part in parts)
        {
            if (part.Definition is { } definition)
            {
                elements = part.Elements;
                sets.Add(new IpsetContent { Definition = definition, References = part.References, Memory = part.Memory, Elements = elements });
            }
            else if (elements is not null && sets[^1].Definition.Name == part.Name)
            {
                elements.AddRange(part.Elements);
            }
        }

        return sets;
    }

    private void Change(IpsetCommand command, string operation, string? name, string? second = null, bool exist = false)
    {
        var writer = _exchange.Begin();
        IpsetMessage.Begin(ref writer, name);
        if (second is not null)
            writer.WriteString(IpsetAttribute.IPSET_ATTR_SETNAME2, second);
        // Without EXCL the kernel takes the destruction of a set that is not there for done.
        Change(command, operation, "", writer, Flags(exist));
    }

    private void Change(IpsetCommand command, string verb, string name, IReadOnlyList<IpsetElement> elements, bool exist)
    {
        for (var next = 0; next < elements.Count;)
        {
            var writer = _exchange.Begin();
            IpsetMessage.Begin(ref writer, name);
            next = IpsetMessage.WriteElements(ref writer, elements, next, MessageLimit);
            try
            {
                Change(command, $"{verb} set {name}", "", writer, Flags(exist), elements.Count);
            }
            catch (NetlinkException exception) when (IpsetErrors.DependsOnType(exception.Errno))
            {
                var words = IpsetErrors.Explain(command, exception.Errno, Find(name)?.Type ?? "");
                throw new NetlinkException(exception.Operation, exception.Errno, words, request: exception.Request) { Index = exception.Index };
            }
        }
    }

    private void Change(IpsetCommand command, string operation, string type, in NetlinkWriter writer, NewFlags flags, int? elements = null)
    {
        try
        {
            _exchange.Change(operation, writer, IpsetTypes.Message(command), flags);
        }
        catch (NetlinkException exception)
        {
            throw Explained(exception, command, type, elements);
        }
    }

    private static NetlinkException Explained(NetlinkException exception, IpsetCommand command, string type, int? elements)
    {
        var index = elements is { } count && IpsetMessage.RefusedLine(exception.Echo) is > 0 and var line && line <= count ? (int)line - 1 : (int?)null;
        var words = exception.ExtendedAck.Length != 0 ? exception.ExtendedAck : IpsetErrors.Explain(command, exception.Errno, type);
        return new NetlinkException(exception.Operation, exception.Errno, words, exception.Offset, exception.Bound, exception.Request) { Index = index };
    }

    /// <summary>The newest revision that the kernel and this library know; the kernel's own when there is no answer.</summary>
    private byte Revision(IpsetDefinition definition)
    {
        var key = (definition.Type, definition.Family);
        if (_revisions.TryGetValue(key, out var known))
            return known;
        byte newest = 0;
        var writer = _exchange.Begin();
        IpsetMessage.Begin(ref writer, null);
        IpsetMessage.WriteType(ref writer, definition.Type, definition.Family);
        try
        {
            _exchange.Get($"find the kind of set {definition.Type}", writer, IpsetTypes.Message(IpsetCommand.IPSET_CMD_TYPE), message =>
            {
                foreach (var attribute in message.Attributes<IpsetMessage.Header>())
                {
                    if ((IpsetAttribute)attribute.Type == IpsetAttribute.IPSET_ATTR_REVISION)
                        newest = attribute.UInt8;
                }
            });
        }
        catch (NetlinkException exception)
        {
            throw Explained(exception, IpsetCommand.IPSET_CMD_TYPE, definition.Type, null);
        }

        return _revisions[key] = Math.Min(newest, IpsetTypes.KnownRevision(definition.Type));
    }
}
