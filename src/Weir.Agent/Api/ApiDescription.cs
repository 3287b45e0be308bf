using Microsoft.AspNetCore.OpenApi;

namespace Weir.Agent.Api;

/// <summary>The head of the OpenAPI document.</summary>
internal static class ApiDescription
{
    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "Weir";
        document.Info.Version = "v1";
        document.Info.Description = "The API of Weir's agent, served on a Unix socket to root and to one group. Errors are problem details (RFC 9457) with all findings.";
        document.Servers?.Clear();
        return Task.CompletedTask;
    });
}
