namespace Weir.Testing;

/// <summary>Where the checked-out sources are, found from the test's own place upwards.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Weir.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No Weir.slnx above {AppContext.BaseDirectory}.");
    }
}
