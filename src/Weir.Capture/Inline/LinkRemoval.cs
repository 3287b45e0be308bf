using Weir.Linux;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;

namespace Weir.Capture.Inline;

internal static class LinkRemoval
{
    /// <summary>Deletes a link that may be gone by now: the kernel takes an end of a pair away with the namespace of the other one, in its own time.</summary>
    public static void DeleteIfThere(this Links links, int index)
    {
        try
        {
            links.Delete(index);
        }
        catch (NetlinkException exception) when (exception.Errno == (int)Errno.ENODEV)
        {
            // Somebody was quicker.
        }
    }
}
