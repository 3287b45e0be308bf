// Reads what iptables-save prints, says what it did not understand, and who may come in; prints the text again, which is the same.
// sudo iptables-save | dotnet run --project samples/IptablesSave        (no privilege is needed for a text; without input it has one of its own)
using Weir.Rules.Iptables;

var text = Console.IsInputRedirected ? Console.In.ReadToEnd() : """
    *filter
    :INPUT DROP [0:0]
    :FORWARD ACCEPT [0:0]
    :OUTPUT ACCEPT [0:0]
    -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
    -A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 22 -j ACCEPT
    COMMIT

    """;

var parsed = IptablesRuleset.Parse(text, IptablesFamily.IPv4);
foreach (var finding in parsed.Findings)
    Console.Error.WriteLine(finding);

foreach (var table in parsed.Model.Tables)
{
    foreach (var chain in table.Chains)
        Console.WriteLine($"# {table.Name} {chain.Name}: {chain.Rules.Count} rules, policy {chain.Policy?.ToString() ?? "none"}");
}

var input = parsed.Model.FindTable("filter")?.FindChain("INPUT");
foreach (var rule in input?.Rules ?? [])
    Console.WriteLine($"# line {rule.Line}: from {rule.Source?.Value.ToString() ?? "anywhere"}: {rule.Target?.Name ?? "no target"}");

Console.Write(parsed.Model.ToText());
return parsed.Findings.Count == 0 ? 0 : 1;
