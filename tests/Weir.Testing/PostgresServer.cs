namespace Weir.Testing;

/// <summary>PostgreSQL in a namespace, on all its addresses, with a cluster of its own that trusts everybody. It ends with the namespace.</summary>
public static class PostgresServer
{
    public const int Port = 5432;

    private static readonly string[] User = ["--reuid=postgres", "--regid=postgres", "--init-groups"];

    /// <summary>For <see cref="RootTier.Require"/>.</summary>
    public static string InitDb => Programs + "/initdb";

    /// <summary>Debian keeps PostgreSQL's programs out of PATH, a folder for each version.</summary>
    private static string Programs =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin" : "/usr/lib/postgresql";

    public static void Start(TestNamespace host, ScratchFolder folder)
    {
        string data = folder.PathOf("postgres");
        Directory.CreateDirectory(data);
        Tool.Run("chown", "postgres:postgres", data);
        Tool.Run("setpriv", [.. User, InitDb, "-D", data, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C"]);
        Tool.Run("sh", "-c", $"printf 'host all all all trust\\n' >> {data}/pg_hba.conf");
        host.Start("setpriv", [.. User, Programs + "/postgres", "-D", data, "-c", "listen_addresses=*", "-c", "unix_socket_directories=", "-c", "fsync=off"]);
        host.WaitForListener(Port);
        Eventually.True(TimeSpan.FromSeconds(20), () => host.Try("psql", "-h", "127.0.0.1", "-U", "postgres", "-c", "select 1").Succeeded, "postgres answers");
    }
}
