using System.Text.Json;

namespace Weir.TcpIp.Course.Replay;

/// <summary>A case of a step file: one JSON object on one line, which names a class and the steps to run against a new object of it.</summary>
public static class StepCase
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    /// <summary>Runs all steps of the case. Whatever the bytes are, the answer is a result.</summary>
    /// <param name="line">UTF-8, without the line's end.</param>
    public static StepResult Run(ReadOnlySpan<byte> line)
    {
        var result = new StepResult();
        var failures = new List<StepFailure>();
        int number = 0;
        try
        {
            var reader = new Utf8JsonReader(line, Options);
            using var document = JsonDocument.ParseValue(ref reader);
            if (!line[(int)reader.BytesConsumed..].Trim(" \t\r\n"u8).IsEmpty)
            {
                throw new StepFileException("something follows the JSON object");
            }

            var fields = new StepFields(document.RootElement, "the line");
            result = result with { Suite = fields.Text("suite"), Test = fields.Text("test") };
            var subject = StepSubject.Create(Parameters(document.RootElement));
            if (!fields.Names("steps"))
            {
                throw new StepFileException("\"steps\" is missing");
            }

            foreach (var step in fields.List("steps"))
            {
                number++;
                if (RunStep(subject, step) is { } seen)
                {
                    failures.Add(new StepFailure(number, step.Raw, seen));
                }
            }

            return result with { Failures = failures };
        }
        catch (Exception exception) when (exception is StepFileException or JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair or wrong UTF-8 in it.
            string where = number > 0 ? $"step {number}: " : "";
            string what = exception is StepFileException ? exception.Message : $"no JSON: {exception.Message}";
            return result with { Failures = failures, Error = where + what };
        }
    }

    private static string? RunStep(StepSubject subject, StepFields step)
    {
        if (step.Names("op") == step.Names("expect"))
        {
            throw new StepFileException("a step has either \"op\" or \"expect\"");
        }

        return step.Names("op") ? subject.Act(step.Text("op"), step) : subject.Expect(step.Text("expect"), step);
    }

    private static StepFields Parameters(JsonElement root) =>
        root.TryGetProperty("params", out var parameters) ? new StepFields(parameters, "\"params\"") : throw new StepFileException("\"params\" is missing");
}
