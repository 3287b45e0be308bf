namespace Weir.Agent.Api;

/// <summary>Where the API is served, and to whom beside root.</summary>
public sealed record ApiOptions(string SocketPath)
{
    /// <summary>A group's name or number; null: root alone.</summary>
    public string? Group { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
