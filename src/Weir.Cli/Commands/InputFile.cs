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
            if (path == "-")
                return await Console.In.ReadToEndAsync(cancel);
            using var reader = new StreamReader(path);
            // A pipe may keep us waiting; a file does not, and reading it at once spares a program that ends soon the start of the thread pool.
            return reader.BaseStream.CanSeek ? reader.ReadToEnd() : await reader.ReadToEndAsync(cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AgentException(AgentProblem.Request, $"{path} can't be read: {exception.Message}", exception);
        }
    }
}
