using Weir.Testing;

namespace Weir.EndToEnd.Tests.Programs;

/// <summary>Servers that we did not write, in a workload's namespace, on all its addresses. They end with the namespace.</summary>
internal sealed class Servers(TestWorkload workload, ScratchFolder folder)
{
    public const string DnsName = "db.weir.test", DnsAddress4 = "192.0.2.77", DnsAddress6 = "2001:db8::77";

    private static readonly string[] Needed = ["nginx", "redis-server", "dnsmasq", "iperf3", "initdb", "curl", "redis-cli", "dig", "psql", "ping", "ss"];

    public TestWorkload Workload { get; } = workload;

    public static void Require() => RootTier.Require(
        [.. Needed.Select(program => program == "initdb" ? PostgresFolder + "/initdb" : program)]);

    /// <summary>Debian keeps PostgreSQL's programs out of PATH, a folder for each version.</summary>
    private static string PostgresFolder =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order().Last() + "/bin" : "/usr/lib/postgresql";

    public Servers Nginx()
    {
        string root = Directory.CreateDirectory(folder.PathOf("www")).FullName;
        string configuration = folder.Write("nginx.conf", $$"""
            user root; daemon off; worker_processes 1;
            pid {{folder.PathOf("nginx.pid")}}; error_log {{folder.PathOf("nginx.log")}};
            events { worker_connections 512; }
            http {
              access_log off; sendfile on; client_body_temp_path {{folder.PathOf("body")}};
              server { listen 80 reuseport; listen [::]:80 reuseport; root {{root}}; location /upload { dav_methods PUT; client_max_body_size 0; } }
            }
            """);
        File.WriteAllText(Path.Combine(root, "hello"), "hello from nginx\n");
        Workload.Namespace.Start("nginx", "-c", configuration, "-p", folder.Path, "-e", folder.PathOf("nginx.log"));
        Workload.Namespace.WaitForListener(80);
        return this;
    }

    public Servers Redis()
    {
        Workload.Namespace.Start("redis-server", "--port", "6379", "--bind", "0.0.0.0", "::", "--protected-mode", "no", "--save", "", "--dir", folder.Path);
        Workload.Namespace.WaitForListener(6379);
        return this;
    }

    public Servers Postgres()
    {
        string data = folder.PathOf("postgres");
        Directory.CreateDirectory(data);
        Tool.Run("chown", "postgres:postgres", data);
        AsPostgres(PostgresFolder + "/initdb", "-D", data, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C");
        Tool.Run("sh", "-c", $"printf 'host all all all trust\\n' >> {data}/pg_hba.conf");
        Workload.Namespace.Start("setpriv", [.. PostgresUser, PostgresFolder + "/postgres", "-D", data, "-c", "listen_addresses=*", "-c", "unix_socket_directories=", "-c", "fsync=off"]);
        Workload.Namespace.WaitForListener(5432);
        Eventually.True(TimeSpan.FromSeconds(20), () => Workload.Namespace.Try("psql", "-h", "127.0.0.1", "-U", "postgres", "-c", "select 1").Succeeded, "postgres answers");
        return this;
    }

    public Servers Dns()
    {
        Workload.Namespace.Start(
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--user=root", "--no-resolv", "--no-hosts",
            $"--host-record={DnsName},{DnsAddress4},{DnsAddress6}");
        Workload.Namespace.WaitForUdp(53);
        return this;
    }

    public Servers Iperf()
    {
        Workload.Namespace.Start("iperf3", "-s");
        Workload.Namespace.WaitForListener(5201);
        return this;
    }

    public Servers All() => Nginx().Redis().Postgres().Dns().Iperf();

    private static readonly string[] PostgresUser = ["--reuid=postgres", "--regid=postgres", "--init-groups"];

    private static void AsPostgres(params IReadOnlyList<string> command) => Tool.Run("setpriv", [.. PostgresUser, .. command]);
}
