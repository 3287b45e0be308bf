using System.Collections.Frozen;

namespace Weir.Policy;

/// <summary>The names by which people, the API and the store call applications: lower case, <c>http</c>, <c>postgresql</c>.</summary>
public static class ApplicationNames
{
    private static readonly FrozenDictionary<Application, string> s_names = Enum.GetValues<Application>()
        .ToFrozenDictionary(a => a, a => a.ToString().ToLowerInvariant());

    private static readonly FrozenDictionary<string, Application> s_applications =
        s_names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>All names, <c>unknown</c> first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_names.OrderBy(pair => pair.Key).Select(pair => pair.Value)];

    /// <summary>The name of an application; its number when it has none.</summary>
    public static string Name(this Application application) => s_names.TryGetValue(application, out var name) ? name : application.ToString();

    public static bool TryParse(string name, out Application application) => s_applications.TryGetValue(name, out application);
}
