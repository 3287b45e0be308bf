using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Weir.Agent.Api;

/// <summary>What an endpoint's exception is in the API's words; null: our own fault, the server's 500.</summary>
internal static class AgentProblems
{
    public static ApiProblem? Of(Exception exception) => exception switch
    {
        OperationCanceledException => null,
        BadHttpRequestException { InnerException: JsonException json } => ApiProblem.Of(new AgentException(AgentProblem.Request, $"The body is not what this request takes: {json.Message}")),
        BadHttpRequestException bad => ApiProblem.Of(new AgentException(AgentProblem.Request, bad.Message)) with { Status = bad.StatusCode },
        _ => ApiProblem.Of(Failures.Translate(exception)),
    };
}
