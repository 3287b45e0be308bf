using Weir.Cli.Demo;

namespace Weir.Cli.Tests.Demo;

public class DemoHomeTests
{
    [Theory]
    [InlineData("weir-demo-4711-web", 4711)]
    [InlineData("weir-demo-1-net", 1)]
    public void A_namespace_of_a_demo_names_its_process(string name, int pid) => Assert.Equal(pid, DemoHome.PidOfNamespace(name));

    [Theory]
    [InlineData("weir-demo-4711")]
    [InlineData("weir-demo-x-web")]
    [InlineData("weir-demo--5-web")]
    [InlineData("weir-demo- 5-web")]
    [InlineData("weir-test-4711-1")]
    [InlineData("web")]
    public void Other_names_are_nobodys(string name) => Assert.Null(DemoHome.PidOfNamespace(name));

    [Fact]
    public void A_process_that_runs_has_a_start_time() => Assert.NotNull(DemoHome.ProcessStartTime(Environment.ProcessId));

    [Fact]
    public void A_process_that_does_not_exist_has_none() => Assert.Null(DemoHome.ProcessStartTime(int.MaxValue));
}
