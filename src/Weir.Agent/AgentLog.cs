using Microsoft.Extensions.Logging;

namespace Weir.Agent;

/// <summary>The agent's log as lines: time, level, message.</summary>
public static class AgentLog
{
    public static ILoggerFactory ToConsole(TextWriter writer, TimeProvider clock, bool verbose)
    {
        var lines = new LineProvider(writer, clock);
        return LoggerFactory.Create(logging => logging
            .SetMinimumLevel(verbose ? LogLevel.Debug : LogLevel.Information)
            // The server's own words are about the API's requests; the agent says what matters itself.
            .AddFilter("Microsoft", verbose ? LogLevel.Information : LogLevel.Warning)
            .AddProvider(lines));
    }

    private sealed class LineProvider(TextWriter writer, TimeProvider clock) : ILoggerProvider
    {
        private readonly Lock _turn = new();

        public ILogger CreateLogger(string categoryName) => new LineLogger(this);

        public void Dispose() => writer.Flush();

        private void Write(LogLevel level, string message, Exception? exception)
        {
            lock (_turn)
            {
                writer.WriteLine($"{clock.GetLocalNow():yyyy-MM-dd HH:mm:ss.fff} {Word(level)} {message}{(exception is null ? "" : $": {exception.Message}")}");
                if (level >= LogLevel.Critical && exception is not null)
                    writer.WriteLine(exception);
                writer.Flush();
            }
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Trace or LogLevel.Debug => "debug",
            LogLevel.Information => "info ",
            LogLevel.Warning => "warn ",
            _ => "error",
        };

        private sealed class LineLogger(LineProvider provider) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                provider.Write(logLevel, formatter(state, exception), exception);
        }
    }
}
