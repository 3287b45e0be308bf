using Microsoft.Win32.SafeHandles;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Linux.Bpf;

/// <summary>Where among the tcx programs of a hook a new one goes.</summary>
public enum TcxOrder { Last, First }

/// <summary>A program attached to a link of the network, as one object: closing the last descriptor detaches it, so a crash leaves nothing behind; pinned it stays.</summary>
/// <remarks>Weir.Netlink has the older ways, which outlive the process: cls_bpf filters, and XDP by RTM_SETLINK.</remarks>
public sealed class BpfLink : IDisposable
{
    private readonly SafeFileHandle handle;
    private readonly int descriptor;

    private BpfLink(int descriptor)
    {
        this.descriptor = descriptor;
        handle = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public int Descriptor => handle.IsClosed ? throw new ObjectDisposedException(nameof(BpfLink)) : descriptor;

    /// <summary>Attaches a program of type SCHED_CLS at the ingress or egress of a link, beside those that are there.</summary>
    /// <exception cref="LinuxException">EINVAL: the kernel is older than 6.6 and has no tcx; ENODEV: no such link.</exception>
    public static BpfLink AttachTcx(NetworkNamespace ns, int linkIndex, BpfAttachType hook, BpfProgram program, TcxOrder order = TcxOrder.Last)
    {
        const uint before = 8, after = 16;
        if (hook is not (BpfAttachType.BPF_TCX_INGRESS or BpfAttachType.BPF_TCX_EGRESS))
            throw new ArgumentOutOfRangeException(nameof(hook), hook, "a tcx program stands at the ingress or the egress");
        return Create(ns, linkIndex, hook, program, order == TcxOrder.First ? before : after);
    }

    /// <summary>Attaches a program of type XDP. A link has one at most.</summary>
    /// <exception cref="LinuxException">EBUSY: it has one already; EOPNOTSUPP: the driver can't in this mode.</exception>
    public static BpfLink AttachXdp(NetworkNamespace ns, int linkIndex, BpfProgram program, XdpMode mode = XdpMode.Any) =>
        Create(ns, linkIndex, BpfAttachType.BPF_XDP, program, (uint)mode);

    /// <summary>A link that <see cref="Pin"/> gave a name, by this process or another.</summary>
    public static BpfLink OpenPinned(string path) => new(BpfObjects.OpenPinned("bpf link", path));

    public static BpfLink OpenById(uint id) => new(BpfObjects.OpenById(BpfCall.Command.BPF_LINK_GET_FD_BY_ID, "link", id));

    /// <summary>The ids of all bpf links of this host, ascending.</summary>
    public static IReadOnlyList<uint> ListIds() => BpfObjects.ListIds(BpfCall.Command.BPF_LINK_GET_NEXT_ID, "link");

    /// <summary>What stands at a hook, in the order it runs. <c>tc</c> and <c>bpftool</c> of Debian 12 do not show tcx.</summary>
    /// <exception cref="LinuxException">EINVAL: the kernel is older than 6.6 and has no tcx; ENODEV: no such link.</exception>
    public static unsafe BpfAttachments List(NetworkNamespace ns, int linkIndex, BpfAttachType hook) => ns.Run(() =>
    {
        // The kernel holds at most 64 at a hook.
        Span<uint> programs = stackalloc uint[64];
        Span<uint> links = stackalloc uint[64];
        programs.Clear();
        links.Clear();
        fixed (uint* programIds = programs, linkIds = links)
        {
            var attributes = new BpfCall.ProgramQuery
            {
                LinkIndex = linkIndex,
                AttachType = (uint)hook,
                ProgramIds = (ulong)programIds,
                LinkIds = (ulong)linkIds,
                Count = (uint)programs.Length,
            };
            int result = BpfCall.Invoke(BpfCall.Command.BPF_PROG_QUERY, ref attributes);
            if (result < 0)
                throw new LinuxException($"list {hook} of link {linkIndex} in {ns.Name}", -result, Hint(-result));
            var found = new List<BpfAttachment>();
            for (int i = 0; i < Math.Min(attributes.Count, 64); i++)
                found.Add(new BpfAttachment(programs[i], links[i] == 0 ? null : links[i]));
            return new BpfAttachments(attributes.Revision, found);
        }
    });

    /// <summary>What the kernel knows of it.</summary>
    public BpfLinkInfo Info()
    {
        // struct bpf_link_info: u32 type, id, prog_id, pad; then for tcx and XDP u32 ifindex, and for tcx u32 attach_type.
        ReadOnlySpan<byte> info = BpfObjects.Info(Descriptor, "a link", 24);
        return new BpfLinkInfo((BpfLinkType)ReadUInt32LittleEndian(info), ReadUInt32LittleEndian(info[4..]), ReadUInt32LittleEndian(info[8..]), ReadInt32LittleEndian(info[16..]));
    }

    /// <summary>Another program takes the place of the one that is there; no frame passes between the two unseen.</summary>
    public void Update(BpfProgram program)
    {
        var attributes = new BpfCall.LinkUpdate { Link = Descriptor, NewProgram = program.Descriptor };
        Check(BpfCall.Invoke(BpfCall.Command.BPF_LINK_UPDATE, ref attributes), $"update a bpf link to {program.Name}");
    }

    /// <summary>Takes the program away now, although descriptors and names of the bpf link remain.</summary>
    public void Detach()
    {
        var attributes = new BpfCall.LinkDetach { Link = Descriptor };
        Check(BpfCall.Invoke(BpfCall.Command.BPF_LINK_DETACH, ref attributes), "detach a bpf link");
    }

    /// <summary>Gives it a name in the bpf file system: the program stays attached without a process until the name is unlinked.</summary>
    public void Pin(string path) => BpfObjects.Pin(Descriptor, "a bpf link", path);

    public void Dispose() => handle.Dispose();

    private static BpfLink Create(NetworkNamespace ns, int linkIndex, BpfAttachType hook, BpfProgram program, uint flags)
    {
        // The kernel looks for the index in the calling thread's namespace.
        int result = ns.Run(() =>
        {
            var attributes = new BpfCall.LinkCreate { Program = program.Descriptor, LinkIndex = linkIndex, AttachType = (uint)hook, Flags = flags };
            return BpfCall.Invoke(BpfCall.Command.BPF_LINK_CREATE, ref attributes);
        });
        return result >= 0 ? new BpfLink(result) : throw new LinuxException($"attach {program.Name} to {hook} of link {linkIndex} in {ns.Name}", -result, Hint(-result));
    }

    private static void Check(int result, string operation)
    {
        if (result < 0)
            throw new LinuxException(operation, -result, Hint(-result));
    }

    private static string Hint(int errno) => errno switch
    {
        BpfCall.EPERM => "root or CAP_BPF and CAP_NET_ADMIN are needed",
        BpfCall.EINVAL => "this kernel has no such hook (tcx came with 6.6), or the program is of another type",
        (int)Errno.ENODEV => "there is no link with this index in this namespace",
        (int)Errno.EBUSY => "another program stands there",
        (int)Errno.EOPNOTSUPP => "the link's driver can't run programs in this mode",
        _ => "",
    };
}

/// <summary>include/uapi/linux/bpf.h, <c>enum bpf_link_type</c>.</summary>
public enum BpfLinkType : uint
{
    BPF_LINK_TYPE_XDP = 6,
    BPF_LINK_TYPE_TCX = 11,
    BPF_LINK_TYPE_NETKIT = 13,
}

/// <summary>What the kernel knows of a bpf link.</summary>
/// <param name="LinkIndex">The link of the network, in its namespace; 0 when that has gone, or for other types.</param>
public sealed record BpfLinkInfo(BpfLinkType Type, uint Id, uint ProgramId, int LinkIndex);

/// <summary>The programs of a hook.</summary>
/// <param name="Revision">Grows with each change.</param>
public sealed record BpfAttachments(ulong Revision, IReadOnlyList<BpfAttachment> Programs);

/// <summary>One program of a hook.</summary>
/// <param name="LinkId">Null: it was attached without a bpf link.</param>
public sealed record BpfAttachment(uint ProgramId, uint? LinkId);
