namespace Weir.Host.Formats;

/// <summary>A text that names what another part of its file makes: it was checked with the names, and is prepared once more when these are there.</summary>
/// <param name="messages">As they were said when it was checked.</param>
/// <param name="prepare">Prepares it as it is then.</param>
internal sealed class LateLoad(IReadOnlyList<string> messages, Func<ILoad> prepare) : ILoad
{
    private ILoad? _load;

    public IReadOnlyList<string> Messages => messages;

    /// <exception cref="RulesTextException">Something that was to come is not there.</exception>
    public void Apply()
    {
        _load = prepare();
        _load.Apply();
    }

    public void Undo() => _load?.Undo();

    public void Dispose() => _load?.Dispose();
}
