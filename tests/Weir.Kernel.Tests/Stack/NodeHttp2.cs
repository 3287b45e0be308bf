using System.Text.Json;
using Weir.Testing;

namespace Weir.Kernel.Tests.Stack;

/// <summary>Node's http2 module as a server and as a client, without TLS, by prior knowledge.</summary>
internal static class NodeHttp2
{
    internal const int Port = 82;

    /// <summary>Answers a body with itself while it comes, and its hash in a trailer; /count/N with N lines that are pushed out one by one.</summary>
    private const string ServerProgram = """
        const http2 = require('node:http2'), crypto = require('node:crypto');
        http2.createServer({ maxSessionMemory: 100 }).on('stream', (stream, headers) => {
          const count = headers[':path'].match(/^\/count\/(\d+)$/);
          if (count) {
            stream.respond({ ':status': 200 });
            let line = 0;
            const next = () => line == count[1] ? stream.end() : stream.write(`${line++}\n`, next);
            return next();
          }
          const hash = crypto.createHash('sha256');
          stream.respond({ ':status': 200 }, { waitForTrailers: true });
          stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sha256': hash.digest('hex') }));
          stream.on('data', part => hash.update(part));
          stream.pipe(stream);
        }).listen(+process.argv[2], '0.0.0.0');
        """;

    /// <summary>
    /// Arguments: the origin, and a JSON array of requests { path, send: bytes of a body, at: first byte of a range of 1000 }. All of them at once in one connection; prints what came
    /// of each: status, bytes, their hash, the hash of what was sent, the trailer.
    /// </summary>
    private const string ClientProgram = """
        const http2 = require('node:http2'), crypto = require('node:crypto');
        const [origin, requests] = [process.argv[2], JSON.parse(process.argv[3])];
        const session = http2.connect(origin, { maxSessionMemory: 100 });
        session.on('error', error => { console.error(error); process.exit(1); });
        const ask = ({ path, send, at }) => new Promise((resolve, reject) => {
          const answer = { bytes: 0 }, got = crypto.createHash('sha256');
          const stream = session.request({ ':path': path, ':method': send ? 'POST' : 'GET', ...(at == null ? {} : { range: `bytes=${at}-${at + 999}` }) });
          stream.on('response', headers => answer.status = headers[':status']);
          stream.on('trailers', trailers => answer.trailer = trailers['x-sha256']);
          stream.on('data', part => { answer.bytes += part.length; got.update(part); });
          stream.on('error', reject);
          stream.on('end', () => resolve({ ...answer, sha256: got.digest('hex') }));
          if (send) {
            const body = crypto.randomBytes(send);
            answer.sent = crypto.createHash('sha256').update(body).digest('hex');
            stream.end(body);
          } else {
            stream.end();
          }
        });
        Promise.all(requests.map(ask)).then(answers => {
          session.ping((error, milliseconds) => {
            if (error) throw error;
            session.close(() => console.log(JSON.stringify(answers)));
          });
        });
        """;

    internal sealed record Request(string Path, int? Send = null, int? At = null);

    internal sealed record Answer(int Status, long Bytes, string Sha256, string? Sent, string? Trailer);

    internal static void StartServer(TestNamespace host, ScratchFolder folder)
    {
        host.Start("node", folder.Write("server.js", ServerProgram), $"{Port}");
        host.WaitForListener(Port);
    }

    /// <summary>All requests at once as streams of one connection.</summary>
    internal static IReadOnlyList<Answer> Ask(TestNamespace client, ScratchFolder folder, string origin, IEnumerable<Request> requests) =>
        JsonSerializer.Deserialize<List<Answer>>(
            client.Run("node", folder.Write("client.js", ClientProgram), origin, JsonSerializer.Serialize(requests, JsonSerializerOptions.Web)).Output,
            JsonSerializerOptions.Web)!;
}
