using System.Security.Cryptography;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>nginx in a namespace: HTTP/1.1 on port 80, HTTP/2 with prior knowledge on 81; a random file, and PUT below /upload.</summary>
internal static class NginxServer
{
    internal static byte[] Start(TestNamespace host, ScratchFolder folder, int mebibytes)
    {
        var root = Directory.CreateDirectory(folder.PathOf("www")).FullName;
        var bytes = RandomNumberGenerator.GetBytes(mebibytes << 20);
        File.WriteAllBytes(Path.Combine(root, "file"), bytes);
        var configuration = folder.Write("nginx.conf", $$"""
            user root; daemon off; worker_processes 1;
            pid {{folder.PathOf("nginx.pid")}}; error_log {{folder.PathOf("nginx.log")}};
            events { worker_connections 1024; }
            http {
              access_log {{folder.PathOf("access.log")}}; client_body_temp_path {{folder.PathOf("body")}};
              server { listen 80 backlog=1024; listen 81 http2; root {{root}}; location /upload { dav_methods PUT; create_full_put_path on; client_max_body_size 0; } }
            }
            """);
        host.Start("nginx", "-c", configuration, "-p", folder.Path, "-e", folder.PathOf("nginx.log"));
        host.WaitForListener(81);
        return bytes;
    }
}
