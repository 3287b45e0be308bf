namespace Weir.Agent.Api;

/// <summary>An error as RFC 9457 writes it (<c>application/problem+json</c>), with all findings.</summary>
public sealed record ApiProblem
{
    public const string ContentType = "application/problem+json";

    public string Type { get; init; } = "about:blank";
    /// <summary>The kind of problem.</summary>
    public required string Title { get; init; }
    public required int Status { get; init; }
    /// <summary>What happened.</summary>
    public required string Detail { get; init; }
    /// <summary>All reasons, or what to look at, a line each.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    public static ApiProblem Of(AgentException exception) => new()
    {
        Title = TitleOf(exception.Problem),
        Status = StatusOf(exception.Problem),
        Detail = exception.Message,
        Findings = exception.Findings,
    };

    public AgentException ToException() => new(ProblemOf(Status), Detail, Findings);

    private static string TitleOf(AgentProblem problem) => problem switch
    {
        AgentProblem.Request => "The request is wrong",
        AgentProblem.NotFound => "There is no such thing",
        AgentProblem.Conflict => "This is not possible now",
        AgentProblem.Forbidden => "You may not do this",
        _ => "The host refused",
    };

    private static int StatusOf(AgentProblem problem) => problem switch
    {
        AgentProblem.Request => 400,
        AgentProblem.NotFound => 404,
        AgentProblem.Conflict => 409,
        AgentProblem.Forbidden => 403,
        _ => 500,
    };

    private static AgentProblem ProblemOf(int status) => status switch
    {
        400 or 405 or 415 or 422 => AgentProblem.Request,
        404 => AgentProblem.NotFound,
        409 => AgentProblem.Conflict,
        401 or 403 => AgentProblem.Forbidden,
        _ => AgentProblem.Host,
    };
}
