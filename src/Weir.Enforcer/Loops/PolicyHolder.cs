using Weir.Policy;

namespace Weir.Enforcer.Loops;

/// <summary>The one reference that control and packet loops share: an immutable model, swapped whole.</summary>
internal sealed class PolicyHolder
{
    private PolicyModel? _current;

    public PolicyModel? Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }
}
