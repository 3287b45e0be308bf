namespace Weir.Agent;

/// <summary>Keeps a second agent from the same state directory: flock(2) on <c>agent.lock</c>, which the kernel gives back whatever becomes of the holder.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Makes the directory (0700) when it is missing, and takes the lock.</summary>
    /// <exception cref="AgentException">Another agent has it, or the directory can't be used.</exception>
    public static StateLock Take(string stateDirectory)
    {
        var path = Path.Combine(stateDirectory, "agent.lock");
        try
        {
            Directory.CreateDirectory(stateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // Apart from the locked file, which nobody else can read.
            File.WriteAllText(HolderPath(stateDirectory), Environment.ProcessId.ToString());
            return new StateLock(file);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new AgentException(AgentProblem.Forbidden, $"The state directory {stateDirectory} can't be used: {exception.Message}", ["Run it as root, or choose another place with --state."], exception);
        }
        catch (IOException exception) when (Directory.Exists(stateDirectory) && File.Exists(path))
        {
            throw new AgentException(
                AgentProblem.Conflict,
                $"Another agent{Holder(stateDirectory)} uses the state directory {stateDirectory}.",
                ["'weir status' shows it. A second agent needs its own --state (and then has its own namespace and socket)."],
                exception);
        }
        catch (IOException exception)
        {
            throw new AgentException(AgentProblem.Host, $"The state directory {stateDirectory} can't be made: {exception.Message}", exception);
        }
    }

    public void Dispose() => _file.Dispose();

    private static string HolderPath(string stateDirectory) => Path.Combine(stateDirectory, "agent.pid");

    private static string Holder(string stateDirectory)
    {
        try
        {
            return int.TryParse(File.ReadAllText(HolderPath(stateDirectory)), out var id) ? $" (process {id})" : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
