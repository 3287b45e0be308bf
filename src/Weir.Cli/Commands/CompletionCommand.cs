using System.CommandLine;

namespace Weir.Cli.Commands;

/// <summary><c>weir completion bash</c></summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # Completion of weir's commands, options and workloads for bash. Use it with:  source <(weir completion bash)
        _weir() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(weir "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _weir weir
        """;

    public static Command Create(CommandHost host)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell", HelpName = "bash" };
        shell.TakesOneOf("bash");
        var command = host.Command("completion", "A script that makes the shell complete weir's commands.", invocation =>
        {
            invocation.Terminal.Line(Bash);
            return Task.FromResult(ExitCode.Done);
        }).WithExamples("source <(weir completion bash)", "weir completion bash > /etc/bash_completion.d/weir");
        command.Add(shell);
        return command;
    }
}
