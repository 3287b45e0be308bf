using Weir.Agent;

namespace Weir.Cli.Commands;

/// <summary>A file that a command was given.</summary>
internal static class InputFile
{
    /// <param name="path"><c>-</c>: standard input.</param>
    public static async Task<string> ReadAsync(string path, CancellationToken cancel)
    {
        try
        {
            return path == "-" ? await Console.In.ReadToEndAsync(cancel) : await File.ReadAllTextAsync(path, cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(AgentProblem.Request, $"{path} can't be read: {exception.Message}", exception);
        }
    }
}
