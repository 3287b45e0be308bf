using Weir.Linux;

namespace Weir.Capture.Inline;

/// <summary>Offload switches of a port.</summary>
internal static class PortFeatures
{
    /// <summary>Switches one by one, since some are fixed for a kind of link; what cannot be switched stays.</summary>
    public static void SetWhatCanBe(NetworkNamespace ns, string link, IReadOnlyDictionary<string, bool> features)
    {
        try
        {
            Ethtool.SetFeatures(ns, link, features);
        }
        catch (LinuxException)
        {
            foreach ((string name, bool on) in features)
            {
                try
                {
                    Ethtool.SetFeatures(ns, link, new Dictionary<string, bool>(StringComparer.Ordinal) { [name] = on });
                }
                catch (LinuxException)
                {
                    // A fixed feature: verify shows it as a difference, traffic passes all the same.
                }
            }
        }
    }
}
