using Weir.Linux;
using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables;

/// <summary>Why a batch was not committed.</summary>
public enum NftBatchFailure
{
    /// <summary>The kernel refused one or more entries; nothing was changed.</summary>
    Refused,

    /// <summary>Someone else changed nf_tables since the generation that the batch was made for (ERESTART): read again, make it anew. Nothing was changed.</summary>
    StaleGeneration,

    /// <summary>The process may not change nf_tables here (EPERM for the batch as a whole). Nothing was changed.</summary>
    NotPermitted,

    /// <summary>The kernel's answers were more than the socket's buffer holds, and none of those that are left is a refusal: list to know.</summary>
    Unknown,
}

/// <summary>A batch was not committed. Its errno, offset and request are those of <see cref="First"/>.</summary>
public sealed class NftBatchException : NetlinkException
{
    internal NftBatchException(NftBatchFailure failure, IReadOnlyList<NftRefusal> refusals, byte[]? request = null)
        : base(
            refusals[0].Part.Length == 0 ? refusals[0].Operation : $"{refusals[0].Operation}, {refusals[0].Part}",
            refusals[0].Errno,
            refusals[0].ExtendedAck,
            refusals[0].Offset,
            refusals[0].Bound,
            request)
    {
        Failure = failure;
        Refusals = refusals;
    }

    public NftBatchFailure Failure { get; }

    /// <summary>All that the kernel had against the batch, in the order of its entries; the first is never a consequence.</summary>
    public IReadOnlyList<NftRefusal> Refusals { get; }

    /// <summary>The refusal that explains most.</summary>
    public NftRefusal First => Refusals[0];

    public override string Message
    {
        get
        {
            var others = Refusals.Count - 1;
            if (others == 0)
                return base.Message;
            var consequences = Refusals.Count(refusal => refusal.IsConsequence);
            return $"{base.Message}; {others} more {(others == 1 ? "entry was" : "entries were")} refused{(consequences == 0 ? "" : $", {consequences} as a consequence")}";
        }
    }

    internal static NftRefusal Whole(int errno, string words) => new() { Entry = -1, Operation = "commit a batch of nf_tables", Errno = errno, ExtendedAck = words };

    internal static NftBatchFailure FailureOf(NftRefusal first) => (first.Entry, first.Errno) switch
    {
        (-1, (int)Linux.Errno.ERESTART) => NftBatchFailure.StaleGeneration,
        (-1, (int)Linux.Errno.EPERM) => NftBatchFailure.NotPermitted,
        _ => NftBatchFailure.Refused,
    };
}
