using System.Text;
using Weir.Packets.Http;

namespace Weir.Packets.Tests.Http;

public class HttpTests
{
    [Fact]
    public void A_request_is_read_up_to_its_host()
    {
        Assert.Equal(ReadOutcome.Complete, HttpRequestHead.Read("GET /a?b=c HTTP/1.1\r\nAccept: */*\r\nhOST:  api.example:8080 \r\nX"u8, out HttpRequestHead head));
        Assert.Equal("GET"u8, head.Method);
        Assert.Equal("/a?b=c"u8, head.Target);
        Assert.Equal(1, head.MinorVersion);
        Assert.Equal("api.example:8080", head.HostText());
    }

    [Fact]
    public void A_request_without_a_host_is_complete_at_the_empty_line()
    {
        Assert.Equal(ReadOutcome.NeedsMore, HttpRequestHead.Read("GET / HTTP/1.0\r\nA: b\r\n"u8, out HttpRequestHead head));
        Assert.Equal("GET"u8, head.Method);
        Assert.Equal(ReadOutcome.Complete, HttpRequestHead.Read("GET / HTTP/1.0\r\nA: b\r\n\r\n"u8, out head));
        Assert.Null(head.HostText());
    }

    [Theory]
    [InlineData("GET http://web.example/x HTTP/1.0\r\n\r\n", "web.example")]
    [InlineData("CONNECT db:5432 HTTP/1.1\r\n\r\n", "db:5432")]
    [InlineData("GET http://web.example HTTP/1.1\r\nHost: other\r\n\r\n", "other")]
    [InlineData("GET /?u=http://x/ HTTP/1.0\n\n", null)]
    public void The_target_may_name_the_host(string text, string? host)
    {
        Assert.Equal(ReadOutcome.Complete, HttpRequestHead.Read(Encoding.ASCII.GetBytes(text), out HttpRequestHead head));
        Assert.Equal(host, head.HostText());
    }

    [Fact]
    public void A_request_cut_anywhere_needs_more()
    {
        byte[] request = "VERSION-CONTROL /a/b HTTP/1.1\r\nUser-Agent: x\r\nHost: h\r\n"u8.ToArray();
        for (int length = 0; length < request.Length; length++)
        {
            Assert.Equal(ReadOutcome.NeedsMore, HttpRequestHead.Read(request.AsSpan(0, length), out _));
        }

        Assert.Equal(ReadOutcome.Complete, HttpRequestHead.Read(request, out _));
    }

    [Theory]
    [InlineData("\u0016\u0003")]
    [InlineData(" GET / HTTP/1.1")]
    [InlineData("*1\r\n$4\r\nPING\r\n")]
    [InlineData("EHLO mail.example\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    [InlineData("PRI * HTTP/2")]
    [InlineData("GET / FTP")]
    [InlineData("GET  / HTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1 x\r\n")]
    [InlineData("GET / HTTP/1.12")]
    [InlineData("GET /\u0001")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n")]
    public void Something_else_is_no_request(string text) =>
        Assert.Equal(ReadOutcome.Mismatch, HttpRequestHead.Read(Encoding.Latin1.GetBytes(text), out _));

    [Fact]
    public void A_line_without_end_is_given_up()
    {
        byte[] stream = [.. "GET /"u8, .. Enumerable.Repeat((byte)'a', HttpRequestHead.MaxLine)];

        Assert.Equal(ReadOutcome.Mismatch, HttpRequestHead.Read(stream, out _));
        Assert.Equal(ReadOutcome.NeedsMore, HttpRequestHead.Read(stream.AsSpan(0, 1000), out _));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", 200, "OK")]
    [InlineData("HTTP/1.0 404\r\n", 404, "")]
    [InlineData("HTTP/1.1 503 Service Unavailable\n", 503, "Service Unavailable")]
    public void A_status_line_is_read(string text, int status, string reason)
    {
        byte[] stream = Encoding.ASCII.GetBytes(text);
        Assert.Equal(ReadOutcome.Complete, HttpStatusLine.Read(stream, out HttpStatusLine line));
        Assert.Equal(status, line.Status);
        Assert.Equal(reason, Encoding.ASCII.GetString(line.Reason));
        for (int length = 0; length < stream.Length; length++)
        {
            Assert.Equal(ReadOutcome.NeedsMore, HttpStatusLine.Read(stream.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("HTTP/2 200\r\n")]
    [InlineData("HTTP/1.1x")]
    [InlineData("HTTP/1.1 2x")]
    [InlineData("HTTP/1.1 2000\r\n")]
    [InlineData("HTTP/1.1 20\r\n")]
    [InlineData("ICY 200 OK\r\n")]
    public void Something_else_is_no_status_line(string text) =>
        Assert.Equal(ReadOutcome.Mismatch, HttpStatusLine.Read(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void The_preface_of_http2_is_known_byte_by_byte()
    {
        byte[] preface = Http2Preface.Bytes.ToArray();
        for (int length = 0; length < preface.Length; length++)
        {
            Assert.Equal(ReadOutcome.NeedsMore, Http2Preface.Match(preface.AsSpan(0, length)));
        }

        Assert.Equal(ReadOutcome.Complete, Http2Preface.Match(preface));
        Assert.Equal(ReadOutcome.Complete, Http2Preface.Match([.. preface, 0, 0]));
        preface[20]++;
        Assert.Equal(ReadOutcome.Mismatch, Http2Preface.Match(preface));
    }
}
