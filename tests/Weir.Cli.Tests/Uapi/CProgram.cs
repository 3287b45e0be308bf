using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Testing;

namespace Weir.Cli.Tests.Uapi;

/// <summary>A C program that prints what the installed headers say of names: written, compiled by gcc, and run, in <c>artifacts/uapi/</c>.</summary>
internal static partial class CProgram
{
    /// <summary>Of the C library, before the kernel's: these know how to live with those.</summary>
    private const string Prelude = """
        #define _GNU_SOURCE
        #include <stdio.h>
        #include <stddef.h>
        #include <elf.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <sched.h>
        #include <sys/socket.h>
        #include <sys/eventfd.h>
        #include <sys/mman.h>
        #include <sys/prctl.h>
        #include <sys/uio.h>
        #include <netinet/in.h>
        #include <net/if.h>
        #include <linux/if_packet.h>
        #include <linux/netfilter/nfnetlink.h>

        """;

    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "uapi")).FullName;

    public static bool CanCompile => File.Exists("/usr/bin/gcc") && File.Exists("/usr/include/linux/netlink.h") && File.Exists("/usr/include/stdio.h");

    /// <summary>Those of the headers that are there and go together with the ones before.</summary>
    public static IReadOnlyList<string> UsableHeaders(IEnumerable<string> headers)
    {
        List<string> usable = [.. headers.Where(header => File.Exists($"/usr/include/{header}"))];
        if (Compiles(usable))
            return usable;

        List<string> together = [];
        foreach (var header in usable)
        {
            if (Compiles([.. together, header]))
                together.Add(header);
        }

        return together;
    }

    /// <summary>Expressions with their values; one that the headers do not know is left out.</summary>
    public static IReadOnlyDictionary<string, ulong> Evaluate(IReadOnlyList<string> headers, IEnumerable<string> expressions)
    {
        // gcc names each unknown name once per function, so one round finds them all.
        List<string> asked = [.. expressions.Distinct()];
        var source = Path.Combine(Folder, "uapi.c");
        var program = Path.Combine(Folder, "uapi");
        for (var round = 0; round < 8; round++)
        {
            File.WriteAllText(source, TextOf(headers, asked));
            var (code, said) = Run("gcc", "-w", "-O0", "-fmax-errors=0", "-o", program, source);
            if (code == 0)
                return Run(program).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))
                    .ToDictionary(parts => parts[1], parts => ulong.Parse(parts[0], CultureInfo.InvariantCulture));

            var unknown = Unknown().Matches(said).Select(match => asked[int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture) - FirstLine]).ToHashSet();
            Assert.True(unknown.Count > 0, $"gcc refuses the program for another reason:\n{said}");
            asked.RemoveAll(unknown.Contains);
        }

        throw new InvalidOperationException("gcc finds unknown names without end");
    }

    private const int FirstLine = 1_000_000;

    // Numbered, so that an error's line is the expression that it is about.
    private static string TextOf(IReadOnlyList<string> headers, List<string> expressions)
    {
        var text = IncludesOf(headers);
        text.Append("int main(void) {\n#line ").Append(FirstLine).Append(" \"names\"\n");
        foreach (var expression in expressions)
            text.Append(CultureInfo.InvariantCulture, $"printf(\"%llu\\t{expression}\\n\", (unsigned long long)({expression}));\n");
        return text.Append("return 0; }\n").ToString();
    }

    private static StringBuilder IncludesOf(IEnumerable<string> headers)
    {
        var text = new StringBuilder(Prelude);
        foreach (var header in headers)
            text.Append(CultureInfo.InvariantCulture, $"#include <{header}>\n");
        return text;
    }

    private static bool Compiles(IReadOnlyList<string> headers)
    {
        var source = Path.Combine(Folder, "headers.c");
        File.WriteAllText(source, IncludesOf(headers).ToString());
        return Run("gcc", "-w", "-fsyntax-only", source).ExitCode == 0;
    }

    private static (int ExitCode, string Output) Run(string program, params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    [GeneratedRegex(@"^names:(?<line>\d+):\d+: error: ", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Unknown();
}
