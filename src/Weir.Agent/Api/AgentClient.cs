using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Capture;
using Weir.Policy;

namespace Weir.Agent.Api;

/// <summary>Talks to a running agent over its Unix socket.</summary>
/// <remarks>All members throw <see cref="AgentException"/> with the agent's own words, or with what is wrong with the socket.</remarks>
public sealed class AgentClient : IDisposable
{
    private readonly HttpClient _http;

    private AgentClient(string socketPath)
    {
        SocketPath = socketPath;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) => await ConnectAsync(socketPath, cancel),
            UseProxy = false,
            UseCookies = false,
        })
        {
            BaseAddress = new Uri("http://weir/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string SocketPath { get; }

    /// <summary>A client when an agent listens there; null when none does.</summary>
    /// <exception cref="AgentException">The socket is there, but this user may not use it.</exception>
    public static async Task<AgentClient?> FindAsync(string socketPath, CancellationToken cancel = default)
    {
        if (!File.Exists(socketPath))
        {
            return null;
        }

        try
        {
            (await ConnectAsync(socketPath, cancel)).Dispose();
            return new AgentClient(socketPath);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return null;
        }
        catch (SocketException exception)
        {
            throw CannotConnect(socketPath, exception);
        }
    }

    public Task<AgentStatus> StatusAsync(CancellationToken cancel = default) => GetAsync("v1/status", ApiJson.Default.AgentStatus, cancel);

    public Task<IReadOnlyList<WorkloadStatus>> WorkloadsAsync(CancellationToken cancel = default) =>
        GetAsync("v1/workloads", ApiJson.Default.IReadOnlyListWorkloadStatus, cancel);

    public Task<IReadOnlyList<GroupStatus>> GroupsAsync(CancellationToken cancel = default) =>
        GetAsync("v1/groups", ApiJson.Default.IReadOnlyListGroupStatus, cancel);

    public Task<CaptureResult> CaptureAsync(string workload, CaptureMode mode, CancellationToken cancel = default) =>
        SendAsync(
            HttpMethod.Post,
            $"v1/workloads/{Uri.EscapeDataString(workload)}/capture",
            JsonBody(new CaptureRequest { Mode = mode }, ApiJson.Default.CaptureRequest),
            ApiJson.Default.CaptureResult,
            cancel);

    public Task<ReleaseResult> ReleaseAsync(string workload, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Post, $"v1/workloads/{Uri.EscapeDataString(workload)}/release", null, ApiJson.Default.ReleaseResult, cancel);

    public Task<ReleaseResult> ReleaseAllAsync(CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Post, "v1/release", null, ApiJson.Default.ReleaseResult, cancel);

    public Task<PlanResult> PlanAsync(string workload, CaptureMode mode, CancellationToken cancel = default) =>
        GetAsync($"v1/plan/{Uri.EscapeDataString(workload)}?mode={Lower(mode)}", ApiJson.Default.PlanResult, cancel);

    public Task<VerifyResult> VerifyAsync(CancellationToken cancel = default) => GetAsync("v1/verify", ApiJson.Default.VerifyResult, cancel);

    public Task<IReadOnlyList<Flow>> FlowsAsync(FlowQuery query, CancellationToken cancel = default) =>
        GetAsync("v1/flows" + QueryText(query), ApiJson.Default.IReadOnlyListFlow, cancel);

    public Task<IReadOnlyList<Conversation>> ConversationsAsync(FlowQuery query, CancellationToken cancel = default) =>
        GetAsync("v1/conversations" + QueryText(query), ApiJson.Default.IReadOnlyListConversation, cancel);

    public Task<IReadOnlyList<Violation>> ViolationsAsync(FlowQuery query, CancellationToken cancel = default) =>
        GetAsync("v1/violations" + QueryText(query), ApiJson.Default.IReadOnlyListViolation, cancel);

    /// <summary>Each change of a session from now on, until cancelled or the agent stops.</summary>
    public async IAsyncEnumerable<Flow> LiveFlowsAsync(FlowQuery query, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/flows/live" + QueryText(query));
        using var response = await SendRequestAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await NextLineAsync(lines, cancel) is { } line)
        {
            if (JsonSerializer.Deserialize(line, ApiJson.Default.Flow) is { } flow)
            {
                yield return flow;
            }
        }
    }

    public Task<PolicyConfig> PolicyAsync(CancellationToken cancel = default) => GetAsync("v1/policy", ApiJson.Default.PolicyConfig, cancel);

    public Task<PolicyConfig> SuggestPolicyAsync(CancellationToken cancel = default) =>
        GetAsync("v1/policy/suggest", ApiJson.Default.PolicyConfig, cancel);

    public Task<PolicyConfig> ApplyPolicyAsync(PolicyConfig policy, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Put, "v1/policy", JsonBody(policy, ApiJson.Default.PolicyConfig), ApiJson.Default.PolicyConfig, cancel);

    public Task<CheckResult> CheckPolicyAsync(PolicyConfig policy, CancellationToken cancel = default) =>
        SendAsync(HttpMethod.Post, "v1/policy/check", JsonBody(policy, ApiJson.Default.PolicyConfig), ApiJson.Default.CheckResult, cancel);

    public Task<IReadOnlyList<GroupStatus>> SetModeAsync(string group, PolicyMode mode, CancellationToken cancel = default) =>
        SendAsync(
            HttpMethod.Put,
            $"v1/groups/{Uri.EscapeDataString(group)}/mode",
            JsonBody(new ModeRequest { Mode = mode }, ApiJson.Default.ModeRequest),
            ApiJson.Default.IReadOnlyListGroupStatus,
            cancel);

    public void Dispose() => _http.Dispose();

    /// <summary>The filters as the API reads them, <c>?from=web&amp;limit=10</c>.</summary>
    internal static string QueryText(FlowQuery query)
    {
        var text = new StringBuilder("?limit=").Append(query.Limit);
        Append(text, "from", query.From);
        Append(text, "to", query.To);
        Append(text, "verdict", query.Verdict is { } verdict ? Lower(verdict) : null);
        Append(text, "since", query.Since?.ToString("O"));
        return text.ToString();

        static void Append(StringBuilder text, string name, string? value)
        {
            if (value is not null)
            {
                text.Append('&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static async Task<Stream> ConnectAsync(string socketPath, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static AgentException CannotConnect(string socketPath, SocketException exception) =>
        exception.SocketErrorCode == SocketError.AccessDenied
            ? new AgentException(
                AgentProblem.Forbidden,
                $"This user may not talk to the agent at {socketPath}.",
                ["Run the command as root, or as a member of the group that weir.yaml names with socketGroup."],
                exception)
            : new AgentException(
                AgentProblem.Host,
                $"The agent at {socketPath} does not answer: {exception.Message}.",
                ["Is the agent running? 'weir up' starts one; --socket names another place."],
                exception);

    private static ByteArrayContent JsonBody<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private static async Task<string?> NextLineAsync(StreamReader lines, CancellationToken cancel)
    {
        try
        {
            return await lines.ReadLineAsync(cancel);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // Cancelled by the reader, or the agent has ended: both are the end of the stream.
            return null;
        }
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancel) =>
        SendAsync(HttpMethod.Get, path, null, type, cancel);

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await SendRequestAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStreamAsync(cancel), type)
            ?? throw new AgentException(AgentProblem.Host, $"The agent answered {path} with nothing. Is it of another version?");
    }

    private async Task<HttpResponseMessage> SendRequestAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, cancel);
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException socket)
        {
            throw CannotConnect(SocketPath, socket);
        }
        catch (HttpRequestException exception)
        {
            throw new AgentException(
                AgentProblem.Host,
                $"The agent at {SocketPath} broke off: {exception.Message}",
                ["It may have been stopped just now; 'weir status' tells. Its log says why."],
                exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ProblemAsync(response, cancel);
        }
    }

    private static async Task<AgentException> ProblemAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        if (response.Content.Headers.ContentType?.MediaType == ApiProblem.ContentType)
        {
            return JsonSerializer.Deserialize(text, ApiJson.Default.ApiProblem)!.ToException();
        }

        var path = response.RequestMessage?.RequestUri?.AbsolutePath;
        return new AgentException(
            response.StatusCode == HttpStatusCode.NotFound ? AgentProblem.NotFound : AgentProblem.Host,
            $"The agent answered {path} with {(int)response.StatusCode} {response.ReasonPhrase}.",
            ["It may be of another version than this command: compare 'weir --version' with 'weir status'."]);
    }
}
