namespace Weir.TcpIp.Course.Replay;

/// <summary>A line of a step file can't be understood. Caught where the line was read.</summary>
internal sealed class StepFileException(string message) : Exception(message);
