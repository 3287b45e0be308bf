using Weir.Host.Formats;
using Weir.Host.Iptables;
using Weir.Linux;
using Weir.Testing;

namespace Weir.Kernel.Tests.Iptables;

/// <summary>A text is taken back when another part of its file is refused.</summary>
public class UndoTests
{
    [Theory]
    [InlineData("*filter\n:INPUT DROP [0:0]\n:mine - [0:0]\n-A INPUT -p tcp -m tcp --dport 80 -j mine\nCOMMIT\n*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n", false)]
    [InlineData("*filter\n:INPUT DROP [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n*mangle\nCOMMIT\n", false)]
    [InlineData("*filter\n-A INPUT -j ACCEPT\nCOMMIT\n*mangle\nCOMMIT\n", true)]
    [InlineData("*mangle\nCOMMIT\n", true)]
    public void Tables_that_were_never_made_before_are_gone_again(string text, bool noFlush)
    {
        RootTier.Require("ip", "nft", "iptables-save");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);

        using var load = IptablesFormat.IPv4.Prepare(text, ns, new LoadOptions { NoFlush = noFlush });
        load.Apply();
        load.Undo();

        Assert.Equal("", made.Run("nft", "list", "ruleset").Output);
    }

    [Fact]
    public void Tables_that_were_there_are_as_they_were_and_new_ones_are_gone()
    {
        RootTier.Require("ip", "nft", "iptables", "iptables-save");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        made.Run("iptables", "-A", "INPUT", "-p", "tcp", "--dport", "80", "-j", "DROP");
        made.Run("nft", "add table ip other; add chain ip other c");
        var before = Tables();

        using var load = IptablesFormat.IPv4.Prepare("*filter\n-A FORWARD -j DROP\nCOMMIT\n*raw\n-A PREROUTING -j CT --notrack\nCOMMIT\n", ns, new LoadOptions());
        load.Apply();
        Assert.NotEqual(before, Tables());
        load.Undo();

        Assert.Equal(before, Tables());

        // A table that was made anew stands behind the others.
        string Tables() => string.Join("table ", made.Run("nft", "list", "ruleset").Output.Split("table ").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_load_that_is_never_applied_lets_its_socket_go()
    {
        RootTier.Require("ip");
        using var made = new TestNamespace();
        using var ns = NetworkNamespace.OpenNamed(made.Name);
        var loads = Enumerable.Range(0, 50).Select(_ => IptablesFormat.IPv4.Prepare("*filter\n-A INPUT -j ACCEPT\nCOMMIT\n", ns, new LoadOptions())).ToList();
        var open = Sockets();

        loads.ForEach(load => load.Dispose());

        // Other tests open and close sockets meanwhile.
        Assert.True(Sockets() <= open - 30, $"{open} descriptors before, {Sockets()} after");

        static int Sockets() => Directory.GetFiles("/proc/self/fd").Length;
    }
}
