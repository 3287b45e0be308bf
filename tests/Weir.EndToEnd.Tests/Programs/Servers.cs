using Weir.Testing;

namespace Weir.EndToEnd.Tests.Programs;

/// <summary>Servers that we did not write, in a workload's namespace, on all its addresses. They end with the namespace.</summary>
internal sealed class Servers(TestWorkload workload, ScratchFolder folder)
{
    public const string DnsName = "db.weir.test", DnsAddress4 = "192.0.2.77", DnsAddress6 = "2001:db8::77";

    private static readonly string[] Needed = ["nginx", "redis-server", "dnsmasq", "iperf3", "curl", "redis-cli", "dig", "psql", "ping", "ss"];

    public TestWorkload Workload { get; } = workload;

    public static void Require() => RootTier.Require([.. Needed, PostgresServer.InitDb]);

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
        PostgresServer.Start(Workload.Namespace, folder);
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
}
