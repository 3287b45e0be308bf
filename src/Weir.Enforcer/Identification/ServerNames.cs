using System.Text;

namespace Weir.Enforcer.Identification;

/// <summary>Strings for server names, remembered by their hash so that a busy name is made once.</summary>
internal sealed class ServerNames
{
    private const int Slots = 1024;
    private const int Longest = 255;

    private readonly string?[] _names = new string?[Slots];

    public string? Intern(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > Longest || !Prefix.IsVisible(name))
            return null;
        uint hash = 2166136261;
        foreach (byte letter in name)
            hash = (hash ^ letter) * 16777619;
        ref string? slot = ref _names[(hash ^ (hash >> 16)) & (Slots - 1)];
        if (slot is null || !Ascii.Equals(name, slot))
            slot = Encoding.ASCII.GetString(name);
        return slot;
    }
}
