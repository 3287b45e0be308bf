using Weir.Policy;

namespace Weir.Agent.Configuration;

/// <summary>The part of a text that is policy: the same keys in <c>weir.yaml</c> and in a file for <c>weir policy apply</c>.</summary>
internal static class PolicySection
{
    public static readonly string[] Keys = ["defaultMode", "groups", "rules"];

    private static readonly string[] s_groupKeys = ["name", "labels", "mode"];
    private static readonly string[] s_ruleKeys = ["id", "from", "to", "ports", "applications", "action", "origin", "comment", "disabled"];

    public static readonly (string Word, PolicyMode Value)[] Modes =
        [("discover", PolicyMode.Discover), ("monitor", PolicyMode.Monitor), ("protect", PolicyMode.Protect)];

    public static PolicyConfig Read(ConfigSection root) => new()
    {
        DefaultMode = root.Choice("defaultMode", PolicyMode.Discover, Modes),
        Groups = [.. root.Sections("groups", "a group", s_groupKeys).Select(ReadGroup)],
        Rules = [.. root.Sections("rules", "a rule", s_ruleKeys).Select(ReadRule)],
    };

    private static PolicyGroup ReadGroup(ConfigSection section) => new()
    {
        Name = section.RequiredText("name"),
        Labels = section.Labels("labels"),
        Mode = section.Has("mode") ? section.Choice("mode", PolicyMode.Discover, Modes) : null,
    };

    private static PolicyRule ReadRule(ConfigSection section)
    {
        if (!section.Has("action")) section.Findings.Error(section.Position, "a rule has no action", "add 'action: allow' or 'action: deny'");
        return new PolicyRule
        {
            Id = section.RequiredNumber("id", PolicyRule.FirstUserId, PolicyRule.LastLearnedId),
            From = section.RequiredText("from"),
            To = section.RequiredText("to"),
            Ports = [.. section.Texts("ports").Select(t => t.Value)],
            Applications = ReadApplications(section),
            Action = section.Choice("action", RuleAction.Allow, ("allow", RuleAction.Allow), ("deny", RuleAction.Deny)),
            Origin = section.Choice("origin", RuleOrigin.User, ("user", RuleOrigin.User), ("learned", RuleOrigin.Learned)),
            Comment = section.FreeText("comment"),
            Disabled = section.Switch("disabled", false),
        };
    }

    private static List<Application> ReadApplications(ConfigSection section)
    {
        var applications = new List<Application>();
        foreach (var text in section.Texts("applications"))
        {
            if (ApplicationNames.TryParse(text.Value, out var application))
            {
                applications.Add(application);
                continue;
            }

            var near = NearestName.Find(text.Value, ApplicationNames.All);
            var all = string.Join(", ", ApplicationNames.All);
            section.Findings.Error(text.Position, $"there is no application '{text.Value}'", near is null ? $"use {all}" : $"did you mean '{near}'? There are {all}");
        }

        return applications;
    }
}
