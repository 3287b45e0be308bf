using System.Buffers;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>Changes of nf_tables that <see cref="NftSocket.Commit"/> makes all or none of, in their order.</summary>
/// <remarks>
/// Every method writes its messages at once into one buffer of the array pool, so what an object costs is its bytes; it may be changed or
/// dropped afterwards. A method that throws leaves the batch as it was. Each returns the number of its entry; what the kernel has against an
/// entry is told with that number and with the caller's tag (a line number, a model's object).
/// <code>
/// BATCH_BEGIN (28 bytes with a generation, otherwise 20), one message per entry, BATCH_END (20 bytes)
/// </code>
/// </remarks>
public sealed class NftBatch : IDisposable
{
    /// <summary>nlmsghdr, nfgenmsg, be32 NFNL_BATCH_GENID.</summary>
    private const int BeginSize = 28;

    /// <summary>nlmsghdr, nfgenmsg.</summary>
    private const int EndSize = 20;

    private const int GenerationSize = BeginSize - EndSize;

    /// <summary>Subsystem of both: NFNL_SUBSYS_NFTABLES.</summary>
    private const ushort Subsystem = 10;

    private const int FirstBuffer = 128 * 1024;

    /// <summary>The longest message: a nest of 64 KiB (expressions, or elements) with the names before it and the user data after it.</summary>
    private const int LongestMessage = 72 * 1024;

    /// <summary>Elements go into one message up to here: a nest's length has 16 bits.</summary>
    private const int ElementListLimit = 60_000;

    // An array of its own: a list of structures is compiled anew in every run of a program.
    private Entry[] _entries = [];
    private int _count;
    private byte[] _buffer = [];
    private int _length = BeginSize;
    private uint _lastId;

    /// <summary>Asks the kernel to send each new object back, with its handle: <see cref="NftCommit.Handle"/>. Set it before the first entry.</summary>
    public bool Echo { get; init; }

    /// <summary>How many messages there are; a long list of elements makes several.</summary>
    public int Count => _count;

    /// <summary>How long the batch is when it is sent, at most.</summary>
    public int ByteLength => _length + EndSize;

    /// <summary>A number for a set, a chain or a rule of this batch that others of it refer to.</summary>
    public uint NextId() => ++_lastId;

    /// <summary>Makes a table, or, where it exists, sets its flags. With NLM_F_EXCL (nft's <c>create</c>): EEXIST.</summary>
    public int Add(NftTable table, object? tag = null, NewFlags flags = NewFlags.NLM_F_CREATE)
    {
        var writer = Begin();
        NftTableMessage.Write(ref writer, table);
        return End(writer, NftMessageType.NFT_MSG_NEWTABLE, (ushort)flags, tag);
    }

    /// <summary>Deletes a table with all that is in it; without a name every table of the family, and of all families for <see cref="NftFamily.Unspecified"/>.</summary>
    public int Delete(NftTable table, object? tag = null) => DeleteTable(NftMessageType.NFT_MSG_DELTABLE, table, tag);

    /// <summary>As Delete, without ENOENT. Linux 6.3 and later.</summary>
    public int Destroy(NftTable table, object? tag = null) => DeleteTable(NftMessageType.NFT_MSG_DESTROYTABLE, table, tag);

    /// <summary><c>nft flush ruleset</c>: deletes every table of a family, or of all families.</summary>
    public int FlushRuleset(NftFamily family = NftFamily.Unspecified, object? tag = null) => Delete(new NftTable { Family = family, Name = "" }, tag);

    /// <summary>Deletes the rules of all chains of a table: <c>nft flush table</c>.</summary>
    public int Flush(NftTable table, object? tag = null) => DeleteRules(table.Family, table.Name, "", 0, tag);

    /// <summary>Makes a chain, or, where it exists, sets its policy and counters, or its name when it has a handle. With NLM_F_EXCL: EEXIST; iptables' <c>-N</c> is EXCL alone.</summary>
    public int Add(NftChain chain, object? tag = null, NewFlags flags = NewFlags.NLM_F_CREATE)
    {
        var writer = Begin();
        NftChainMessage.Write(ref writer, chain);
        return End(writer, NftMessageType.NFT_MSG_NEWCHAIN, (ushort)flags, tag);
    }

    /// <summary>Deletes a chain and its rules; EBUSY when a rule jumps to it.</summary>
    /// <param name="flags">NLM_F_NONREC (iptables' <c>-X</c>): EBUSY when it has rules.</param>
    public int Delete(NftChain chain, object? tag = null, DeleteFlags flags = DeleteFlags.None) => DeleteChain(NftMessageType.NFT_MSG_DELCHAIN, chain, flags, tag);

    /// <summary>As Delete, without ENOENT. Linux 6.3 and later.</summary>
    public int Destroy(NftChain chain, object? tag = null, DeleteFlags flags = DeleteFlags.None) => DeleteChain(NftMessageType.NFT_MSG_DESTROYCHAIN, chain, flags, tag);

    /// <summary>Takes the hook's devices from an ingress or egress chain that keeps others. Linux 6.4 and later.</summary>
    public int DeleteDevices(NftChain chain, object? tag = null)
    {
        var writer = Begin();
        NftChainMessage.WriteName(ref writer, chain.Family, chain.Table, chain.Name);
        if (chain.Hook is { } hook)
            NftHookMessage.Write(ref writer, ChainAttribute.NFTA_CHAIN_HOOK, hook);
        return End(writer, NftMessageType.NFT_MSG_DELCHAIN, 0, tag);
    }

    /// <summary>Deletes all rules of a chain: <c>nft flush chain</c>, <c>iptables -F CHAIN</c>.</summary>
    public int Flush(NftChain chain, object? tag = null) => DeleteRules(chain.Family, chain.Table, chain.Name, 0, tag);

    /// <summary>Puts a rule at the end of its chain, or after another: <c>nft add rule</c>, <c>iptables -A</c>.</summary>
    public int Add(NftRule rule, object? tag = null, NftRulePlace place = default) =>
        WriteRule(rule, 0, NewFlags.NLM_F_CREATE | NewFlags.NLM_F_APPEND, place, tag);

    /// <summary>Puts a rule at the start of its chain, or before another: <c>nft insert rule</c>, <c>iptables -I</c>.</summary>
    public int Insert(NftRule rule, object? tag = null, NftRulePlace place = default) => WriteRule(rule, 0, NewFlags.NLM_F_CREATE, place, tag);

    /// <summary>Puts a rule in the place of the one with its handle: <c>nft replace rule</c>, <c>iptables -R</c>.</summary>
    /// <exception cref="ArgumentException">The rule has no handle.</exception>
    public int Replace(NftRule rule, object? tag = null) => WriteRule(rule, NeedHandle(rule), NewFlags.NLM_F_REPLACE | NewFlags.NLM_F_CREATE, default, tag);

    /// <summary>Deletes the rule with its handle.</summary>
    /// <exception cref="ArgumentException">The rule has no handle: without one the kernel would delete all rules of the chain.</exception>
    public int Delete(NftRule rule, object? tag = null) => DeleteRules(rule.Family, rule.Table, rule.Chain, NeedHandle(rule), tag);

    /// <summary>As Delete, without ENOENT. Linux 6.3 and later.</summary>
    public int Destroy(NftRule rule, object? tag = null)
    {
        var handle = NeedHandle(rule);
        var writer = Begin();
        NftRuleMessage.WriteName(ref writer, rule.Family, rule.Table, rule.Chain, handle);
        return End(writer, NftMessageType.NFT_MSG_DESTROYRULE, 0, tag);
    }

    /// <summary>Makes a set or map. With NLM_F_EXCL: EEXIST. A set without an id is given one.</summary>
    public int Add(NftSet set, object? tag = null, NewFlags flags = NewFlags.NLM_F_CREATE)
    {
        var writer = Begin();
        NftSetMessage.Write(ref writer, set, set.Id != 0 ? set.Id : NextId());
        return End(writer, NftMessageType.NFT_MSG_NEWSET, (ushort)flags, tag);
    }

    public int Delete(NftSet set, object? tag = null) => DeleteSet(NftMessageType.NFT_MSG_DELSET, set, tag);

    /// <summary>As Delete, without ENOENT. Linux 6.3 and later.</summary>
    public int Destroy(NftSet set, object? tag = null) => DeleteSet(NftMessageType.NFT_MSG_DESTROYSET, set, tag);

    /// <summary>Deletes all elements of a set: <c>nft flush set</c>.</summary>
    public int Flush(NftSet set, object? tag = null)
    {
        var writer = Begin();
        NftElementMessage.WriteName(ref writer, set.Family, set.Table, set.Name, 0);
        return End(writer, NftMessageType.NFT_MSG_DELSETELEM, 0, tag);
    }

    /// <summary>Adds elements, in as many messages as they need. With NLM_F_EXCL (nft's <c>create element</c>): EEXIST for one that is there.</summary>
    /// <param name="set">Its names, and its id when the set is of this batch and anonymous, are used.</param>
    public int AddElements(NftSet set, IReadOnlyList<NftElement> elements, object? tag = null, NewFlags flags = NewFlags.NLM_F_CREATE) =>
        WriteElements(NftMessageType.NFT_MSG_NEWSETELEM, set, elements, (ushort)flags, tag);

    /// <summary>Deletes elements, in as many messages as they need; ENOENT for one that is not there.</summary>
    public int DeleteElements(NftSet set, IReadOnlyList<NftElement> elements, object? tag = null) =>
        WriteElements(NftMessageType.NFT_MSG_DELSETELEM, set, elements, 0, tag);

    /// <summary>As DeleteElements, without ENOENT. Linux 6.3 and later.</summary>
    public int DestroyElements(NftSet set, IReadOnlyList<NftElement> elements, object? tag = null) =>
        WriteElements(NftMessageType.NFT_MSG_DESTROYSETELEM, set, elements, 0, tag);

    /// <summary>Makes an object, or, where it exists, sets its content (quota, ...). With NLM_F_EXCL: EEXIST.</summary>
    public int Add(NftObject value, object? tag = null, NewFlags flags = NewFlags.NLM_F_CREATE)
    {
        var writer = Begin();
        NftObjectMessage.Write(ref writer, value);
        return End(writer, NftMessageType.NFT_MSG_NEWOBJ, (ushort)flags, tag);
    }

    public int Delete(NftObject value, object? tag = null) => DeleteObject(NftMessageType.NFT_MSG_DELOBJ, value, tag);

    /// <summary>As Delete, without ENOENT. Linux 6.3 and later.</summary>
    public int Destroy(NftObject value, object? tag = null) => DeleteObject(NftMessageType.NFT_MSG_DESTROYOBJ, value, tag);

    /// <summary>Makes a flow table, or, where it exists, adds devices. With NLM_F_EXCL: EEXIST.</summary>
    public int Add(NftFlowTable table, object? tag = null, NewFlags flags = NewFlags.NLM_F_CREATE)
    {
        var writer = Begin();
        NftFlowTableMessage.Write(ref writer, table);
        return End(writer, NftMessageType.NFT_MSG_NEWFLOWTABLE, (ushort)flags, tag);
    }

    public int Delete(NftFlowTable table, object? tag = null) => DeleteFlowTable(NftMessageType.NFT_MSG_DELFLOWTABLE, table, tag);

    /// <summary>As Delete, without ENOENT. Linux 6.3 and later.</summary>
    public int Destroy(NftFlowTable table, object? tag = null) => DeleteFlowTable(NftMessageType.NFT_MSG_DESTROYFLOWTABLE, table, tag);

    /// <summary>Adds everything of a listing, to make it again elsewhere: without handles and owners. The protocol that xtables extensions need is taken from the rule's own match.</summary>
    public void Add(NftRuleset ruleset, object? tag = null) => new NftRulesetCopy(this, tag).Add(ruleset);

    /// <summary>Forgets all entries and keeps the buffer.</summary>
    public void Clear()
    {
        Forget(0);
        _length = BeginSize;
        _lastId = 0;
    }

    /// <summary>Gives the buffer back to the pool; the batch is empty then and may be used again.</summary>
    public void Dispose()
    {
        Clear();
        if (_buffer.Length != 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    internal Entry this[int index] => index < _count ? _entries[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>An entry's message.</summary>
    internal ReadOnlySpan<byte> Message(int index)
    {
        var start = _entries[index].Offset;
        return _buffer.AsSpan(start, (index + 1 < _count ? _entries[index + 1].Offset : _length) - start);
    }

    /// <summary>The whole batch with its begin and end. BEGIN has the first sequence number, entry 0 the next.</summary>
    internal ReadOnlySpan<byte> Finish(uint sequence, uint? generation)
    {
        EnsureRoom(EndSize);
        var start = generation is null ? GenerationSize : 0;
        var begin = new NetlinkWriter(_buffer.AsSpan(start, BeginSize - start));
        begin.WriteFixed(new NftHeader { Resource = Subsystem });
        if (generation is { } known)
            begin.WriteUInt32BigEndian(BatchAttribute.NFNL_BATCH_GENID, known);
        begin.Finish((NetlinkMessageType)NftMessageType.NFNL_MSG_BATCH_BEGIN, (ushort)NetlinkFlags.NLM_F_REQUEST, sequence);
        foreach (ref readonly var entry in _entries.AsSpan(0, _count))
            BitConverter.TryWriteBytes(_buffer.AsSpan(entry.Offset + SequenceOffset), ++sequence);
        var end = new NetlinkWriter(_buffer.AsSpan(_length, EndSize));
        end.WriteFixed(new NftHeader { Resource = Subsystem });
        end.Finish((NetlinkMessageType)NftMessageType.NFNL_MSG_BATCH_END, (ushort)NetlinkFlags.NLM_F_REQUEST, ++sequence);
        return _buffer.AsSpan(start, _length + EndSize - start);
    }

    /// <summary>nlmsghdr: u32 len, u16 type, u16 flags, u32 seq.</summary>
    private const int SequenceOffset = 8;

    private static ulong NeedHandle(NftRule rule) =>
        rule.Handle != 0 ? rule.Handle : throw new ArgumentException("the rule has no handle to find it by", nameof(rule));

    private int WriteRule(NftRule rule, ulong handle, NewFlags flags, NftRulePlace place, object? tag)
    {
        var writer = Begin();
        NftRuleMessage.Write(ref writer, rule, handle, place);
        return End(writer, NftMessageType.NFT_MSG_NEWRULE, (ushort)flags, tag);
    }

    private int WriteElements(NftMessageType type, NftSet set, IReadOnlyList<NftElement> elements, ushort flags, object? tag)
    {
        // Without elements DELSETELEM would empty the set.
        if (elements.Count == 0)
            return _count;
        var (count, length) = (_count, _length);
        try
        {
            for (var next = 0; next < elements.Count;)
                next = WriteElements(type, set, elements, next, flags, tag);
        }
        catch
        {
            Forget(count);
            _length = length;
            throw;
        }

        return count;
    }

    /// <summary>Writes one message of elements.</summary>
    /// <returns>The number of the first element that did not go in.</returns>
    private int WriteElements(NftMessageType type, NftSet set, IReadOnlyList<NftElement> elements, int first, ushort flags, object? tag)
    {
        var writer = Begin();
        NftElementMessage.WriteName(ref writer, set.Family, set.Table, set.Name, set.Id);
        var list = writer.BeginNest(ElementListAttribute.NFTA_SET_ELEM_LIST_ELEMENTS);
        var next = first;
        do
        {
            NftElementMessage.Write(ref writer, next - first + 1, elements[next]);
            next++;
        }
        while (next < elements.Count && writer.Written.Length - list.Position < ElementListLimit);

        writer.EndNested(list);
        End(writer, type, flags, tag, first);
        return next;
    }

    private int DeleteTable(NftMessageType type, NftTable table, object? tag)
    {
        var writer = Begin();
        NftTableMessage.WriteName(ref writer, table.Family, table.Name);
        return End(writer, type, 0, tag);
    }

    private int DeleteChain(NftMessageType type, NftChain chain, DeleteFlags flags, object? tag)
    {
        var writer = Begin();
        NftChainMessage.WriteName(ref writer, chain.Family, chain.Table, chain.Name);
        return End(writer, type, (ushort)flags, tag);
    }

    private int DeleteRules(NftFamily family, string table, string chain, ulong handle, object? tag)
    {
        var writer = Begin();
        NftRuleMessage.WriteName(ref writer, family, table, chain, handle);
        return End(writer, NftMessageType.NFT_MSG_DELRULE, 0, tag);
    }

    private int DeleteSet(NftMessageType type, NftSet set, object? tag)
    {
        var writer = Begin();
        NftSetMessage.WriteName(ref writer, set.Family, set.Table, set.Name);
        return End(writer, type, 0, tag);
    }

    private int DeleteObject(NftMessageType type, NftObject value, object? tag)
    {
        var writer = Begin();
        NftObjectMessage.WriteName(ref writer, value.Family, value.Table, value.Name, value.Type);
        return End(writer, type, 0, tag);
    }

    private int DeleteFlowTable(NftMessageType type, NftFlowTable table, object? tag)
    {
        var writer = Begin();
        NftFlowTableMessage.WriteName(ref writer, table.Family, table.Table, table.Name);
        return End(writer, type, 0, tag);
    }

    private void Forget(int from)
    {
        Array.Clear(_entries, from, _count - from);
        _count = from;
    }

    private NetlinkWriter Begin()
    {
        EnsureRoom(LongestMessage);
        return new NetlinkWriter(_buffer.AsSpan(_length, LongestMessage));
    }

    private int End(in NetlinkWriter writer, NftMessageType type, ushort flags, object? tag, int firstElement = 0)
    {
        var echo = Echo ? NetlinkFlags.NLM_F_ECHO : NetlinkFlags.None;
        writer.Finish((NetlinkMessageType)type, (ushort)(flags | (ushort)(NetlinkFlags.NLM_F_REQUEST | echo)), 0);
        if (_count == _entries.Length)
            Array.Resize(ref _entries, Math.Max(16, 2 * _count));
        _entries[_count++] = new Entry(_length, firstElement, tag);
        _length += writer.Written.Length;
        return _count - 1;
    }

    private void EnsureRoom(int bytes)
    {
        if (_buffer.Length - _length >= bytes)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, Math.Max(_length + bytes, 2 * _buffer.Length)));
        if (_buffer.Length != 0)
        {
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }

    /// <summary>Where an entry's message begins; for elements, the number of its first one in the caller's list.</summary>
    internal readonly record struct Entry(int Offset, int FirstElement, object? Tag);
}
