using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Linux;

namespace Weir.Agent.Api;

/// <summary>The agent's HTTP API on a Unix socket: a thin layer over <see cref="IAgent"/>. docs/api.md describes it.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping;

    private ApiServer(WebApplication application, CancellationTokenSource stopping)
    {
        _application = application;
        _stopping = stopping;
    }

    /// <exception cref="AgentException">Another agent answers at the socket, its folder cannot be made, or the group does not exist.</exception>
    public static async Task<ApiServer> StartAsync(IAgent agent, ApiOptions options, ILoggerFactory log)
    {
        var group = GroupOf(options);
        await PrepareSocketAsync(options.SocketPath);

        var stopping = new CancellationTokenSource();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/", ApplicationName = "weir" });
        builder.Services.AddSingleton(log);
        // The agent's owner handles signals.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => UseApiJson(json.SerializerOptions));
        builder.Services.AddOpenApi("v1", ApiDescription.Configure);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 4 << 20;
            kestrel.ListenUnixSocket(options.SocketPath, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(RememberPeer);
            });
        });

        var application = builder.Build();
        application.Use((context, next) => RefuseStrangersAsync(context, next, group));
        application.Use(TellProblemsAsync);
        application.UseRouting();
        application.MapOpenApi();
        ApiEndpoints.Map(application, agent, options.Clock, stopping.Token);
        application.MapFallback(ApiEndpoints.NotFound);
        try
        {
            await application.StartAsync(stopping.Token);
            Open(options.SocketPath, group);
        }
        catch (Exception exception) when (exception is IOException or SocketException or LinuxException)
        {
            await application.DisposeAsync();
            stopping.Dispose();
            throw new AgentException(AgentProblem.Host, $"The API cannot be served at {options.SocketPath}: {exception.Message}", exception);
        }

        return new ApiServer(application, stopping);
    }

    public async ValueTask DisposeAsync()
    {
        // Live streams end first, else they would hold the server until its time-out.
        await _stopping.CancelAsync();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
        _stopping.Dispose();
    }

    private static uint? GroupOf(ApiOptions options) => options.Group is null
        ? null
        : Groups.Find(options.Group) ?? throw new AgentException(
            AgentProblem.Request,
            $"There is no group {options.Group} on this host.",
            ["/etc/group lists them; 'groupadd NAME' makes one."]);

    private static async Task PrepareSocketAsync(string path)
    {
        // sun_path has 108 bytes with its terminating zero, unix(7).
        if (System.Text.Encoding.UTF8.GetByteCount(path) > 107)
        {
            throw new AgentException(AgentProblem.Request, $"The socket's path is longer than the 107 bytes that the kernel takes: {path}", ["Choose a shorter one with --socket."]);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        if (!File.Exists(path))
        {
            return;
        }

        using (var client = await AgentClient.FindAsync(path))
        {
            if (client is not null)
            {
                throw new AgentException(
                    AgentProblem.Conflict,
                    $"Another agent answers at {path}.",
                    ["'weir status' shows it. A second one needs its own --state and --socket."]);
            }
        }

        // Nobody listens: a crashed agent left it.
        File.Delete(path);
    }

    private static void Open(string path, uint? group)
    {
        if (group is { } id)
        {
            FileOwner.SetGroup(path, id);
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    /// <summary>The server's options are its own: what the context says about naming and converters does not come with its types.</summary>
    private static void UseApiJson(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        options.DefaultIgnoreCondition = ApiJson.Default.Options.DefaultIgnoreCondition;
        foreach (var converter in ApiJson.Default.Options.Converters)
            options.Converters.Add(converter);
    }

    private static ConnectionDelegate RememberPeer(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
        {
            connection.Features.Set(PeerCredentials.Of(feature.Socket));
        }

        return next(connection);
    };

    private static Task RefuseStrangersAsync(HttpContext context, RequestDelegate next, uint? group)
    {
        var peer = context.Features.Get<PeerCredentials>();
        if (peer is not null && peer.MayUse(group))
        {
            return next(context);
        }

        return WriteProblemAsync(context, ApiProblem.Of(new AgentException(
            AgentProblem.Forbidden,
            peer is null ? "The kernel does not say who asks." : $"User {peer.UserId} may not use this agent.",
            ["Run the command as root, or as a member of the group that weir.yaml names with socketGroup."])));
    }

    private static async Task TellProblemsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } refused)
            {
                var why = new AgentException(AgentProblem.Request, $"{context.Request.Method} {context.Request.Path} is not taken like this.", ["GET /openapi/v1.json says how."]);
                await WriteProblemAsync(context, ApiProblem.Of(why) with { Status = refused.StatusCode });
            }
        }
        catch (Exception exception) when (!context.Response.HasStarted && AgentProblems.Of(exception) is { } problem)
        {
            await WriteProblemAsync(context, problem);
        }
    }

    internal static Task WriteProblemAsync(HttpContext context, ApiProblem problem)
    {
        context.Response.StatusCode = problem.Status;
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Default.ApiProblem, ApiProblem.ContentType, context.RequestAborted);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
