using System.Text;
using Weir.Capture.Inline;
using Weir.Capture.Steering;
using Weir.Testing;

namespace Weir.Capture.Tests.Inline;

public class InlinePlanTests
{
    [Fact]
    public void A_plan_shows_each_step_with_its_inverse() => GoldenFile.Compare("capture/inline-plan.txt", Text(Sample.Plan().Render()));

    /// <summary>The six filters of the document, with this plan's marker and names.</summary>
    [Fact]
    public void Steering_can_be_written_as_the_u32_and_pedit_rules_that_it_stands_for()
    {
        SteeringNames names = new("weir", "vexbe87-eth0", 39, "vinbe87-eth0", 40, "vbr-neuv", Sample.Address, [0x4e, 0x65, 0x75, 0x56, 0x00, 0x27]);
        SeedRendering seed = new();
        Assert.Equal(
            [
                "tc filter add dev vexbe87-eth0 pref 10001 parent ffff: protocol ip u32 match u8 0 1 at -14 match u16 0x0242 0xffff at -14 match u32 0xac110002 0xffffffff at -12 action pedit munge offset -14 u16 set 0x4e65 munge offset -12 u32 set 0x75560027 pipe action mirred egress mirror dev vbr-neuv",
                "tc filter add dev vexbe87-eth0 pref 10002 parent ffff: protocol all u32 match u8 0 0 action mirred egress mirror dev vinbe87-eth0",
                "tc filter add dev vinbe87-eth0 pref 10001 parent ffff: protocol ip u32 match u8 0 1 at -14 match u32 0x0242ac11 0xffffffff at -8 match u16 0x0002 0xffff at -4 action pedit munge offset -8 u32 set 0x4e657556 munge offset -4 u16 set 0x0027 pipe action mirred egress mirror dev vbr-neuv",
                "tc filter add dev vinbe87-eth0 pref 10002 parent ffff: protocol all u32 match u8 0 0 action mirred egress mirror dev vexbe87-eth0",
                "tc filter add dev vbr-neuv pref 39 parent ffff: protocol all u32 match u16 0x4e65 0xffff at -14 match u32 0x75560027 0xffffffff at -12 action pedit munge offset -14 u16 set 0x0242 munge offset -12 u32 set 0xac110002 pipe action mirred egress mirror dev vinbe87-eth0",
                "tc filter add dev vbr-neuv pref 40 parent ffff: protocol all u32 match u32 0x4e657556 0xffffffff at -8 match u16 0x0027 0xffff at -4 action pedit munge offset -8 u32 set 0x0242ac11 munge offset -4 u16 set 0x0002 pipe action mirred egress mirror dev vexbe87-eth0",
            ],
            [.. seed.Outside(names), .. seed.Inside(names), .. seed.Pipe(names)]);
    }

    [Fact]
    public void Names_of_ports_fit_into_fifteen_characters()
    {
        Assert.Equal("vexbe87-eth0", PortNames.Outside(0xbe87, "eth0"));
        Assert.Equal("vinffff-net1-ab", PortNames.Inside(0xffff, "net1-abcdefghij"));
    }

    private static string Text(IReadOnlyList<StepText> steps)
    {
        StringBuilder text = new();
        foreach (StepText step in steps)
        {
            text.Append($"# {step.Explanation}\n");
            foreach (string command in step.Commands)
                text.Append($"{command}\n");
            if (step.ReleaseExplanation.Length > 0)
                text.Append($"  # undo: {step.ReleaseExplanation}\n");
            foreach (string command in step.Inverse)
                text.Append($"  undo: {command}\n");
            text.Append('\n');
        }

        return text.ToString();
    }
}
