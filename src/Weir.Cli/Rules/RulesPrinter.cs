using System.Text;
using System.Text.Json;
using Weir.Host.Formats;
using Weir.Linux;

namespace Weir.Cli.Rules;

/// <summary>A namespace's rules as texts, or as JSON.</summary>
internal static class RulesPrinter
{
    /// <param name="format">A format's name, or <c>all</c>.</param>
    public static void Write(NetworkNamespace ns, string format, ShowOptions options, TextWriter output) =>
        output.Write(format == "all" ? RulesFormats.ShowAll(ns, options) : RulesFormats.Find(format).Show(ns, options));

    public static void WriteJson(NetworkNamespace ns, string format, ShowOptions options, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            if (format != "all")
            {
                RulesFormats.Find(format).WriteJson(ns, writer, options);
            }
            else
            {
                writer.WriteStartObject();
                foreach (var each in RulesFormats.All)
                {
                    writer.WritePropertyName(each.Name);
                    each.WriteJson(ns, writer, options);
                }

                writer.WriteEndObject();
            }
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
    }
}
