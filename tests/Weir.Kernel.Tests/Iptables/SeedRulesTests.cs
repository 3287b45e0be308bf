using Weir.Rules.Iptables;
using Weir.Testing;

namespace Weir.Kernel.Tests.Iptables;

/// <summary>The rules of the seeds and of a text with every option, both ways: by Weir and read by the tool, by the tool and read by Weir.</summary>
public class SeedRulesTests
{
    public static TheoryData<string, IptablesFamily> Texts => new()
    {
        { "seed-000", IptablesFamily.IPv4 },
        { "seed-001", IptablesFamily.IPv4 },
        { "seed-002", IptablesFamily.IPv4 },
        { "seed-003", IptablesFamily.IPv4 },
        { "spellings", IptablesFamily.IPv4 },
        { "spellings6", IptablesFamily.IPv6 },
    };

    [Theory, MemberData(nameof(Texts))]
    public void Rules_loaded_by_Weir_are_printed_by_the_tool_and_are_the_same_bytes(string name, IptablesFamily family)
    {
        RootTier.Require("iptables-save", "ipset");
        using var weir = new IptablesHost("ztunnel-pods-ips hash:ip");
        using var tool = new IptablesHost("ztunnel-pods-ips hash:ip");
        var text = GoldenFile.Read($"iptables/{name}.txt");

        weir.Load(family, text);
        tool.Restore(family, text).Check();

        var saved = GoldenFile.Read($"iptables/{name}.saved.txt");
        Assert.Equal(saved, weir.Save(family));
        Assert.Equal(saved, weir.Show(family));
        Assert.Equal(tool.Expressions(family), weir.Expressions(family));
    }

    [Theory, MemberData(nameof(Texts))]
    public void Rules_loaded_by_the_tool_are_shown_by_Weir_and_are_the_model_of_the_text(string name, IptablesFamily family)
    {
        RootTier.Require("iptables-restore", "ipset");
        using var host = new IptablesHost("ztunnel-pods-ips hash:ip");
        var text = GoldenFile.Read($"iptables/{name}.txt");

        host.Restore(family, text).Check();

        Assert.Equal(host.Save(family), host.Show(family));
        Assert.Equal(IptablesRuleset.Parse(text, family).Model, IptablesHost.Format(family).Read(host.Namespace));
    }
}
