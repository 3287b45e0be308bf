using Weir.Capture.Check;

namespace Weir.Capture.Tests.Check;

public class RedirectLoopsTests
{
    private static readonly LinkPlace Vex = new("weir", "vex1-eth0"), Vin = new("weir", "vin1-eth0"), Port = new("web", "eth0"), Other = new("web", "eth1");

    private static readonly RedirectEdge[] Steering =
    [
        new(Vex, FilterHook.Ingress, Vin, FilterHook.Egress, "weir_vex"),
        new(Vin, FilterHook.Ingress, Vex, FilterHook.Egress, "weir_vin"),
    ];

    private static readonly LinkPair[] Pairs = [new(Vin, Port)];

    [Fact]
    public void Two_ports_that_hand_frames_to_each_other_do_not_loop() =>
        Assert.Empty(RedirectLoops.Find(Steering, Pairs));

    [Fact]
    public void A_workload_that_mirrors_what_it_receives_back_out_of_its_port_loops_when_steering_brings_it_in_again()
    {
        RedirectEdge mirror = new(Port, FilterHook.Ingress, Port, FilterHook.Egress, "u32 pref 7");
        RedirectEdge back = new(Vin, FilterHook.Ingress, Vin, FilterHook.Egress, "wrong steering");
        Assert.Equal(
            ["into eth0 (web)", "out of eth0 (web)", "into vin1-eth0 (weir)", "out of vin1-eth0 (weir)", "into eth0 (web)"],
            RedirectLoops.Find([mirror, back], Pairs));
        Assert.Empty(RedirectLoops.Find([mirror, .. Steering], Pairs));
    }

    [Fact]
    public void A_redirect_to_the_ingress_of_a_port_with_the_same_program_loops()
    {
        RedirectEdge[] edges = [new(Vex, FilterHook.Ingress, Vin, FilterHook.Ingress, "weir_vex"), new(Vin, FilterHook.Ingress, Vex, FilterHook.Ingress, "weir_vin")];
        Assert.Equal(["into vex1-eth0 (weir)", "into vin1-eth0 (weir)", "into vex1-eth0 (weir)"], RedirectLoops.Find(edges, Pairs));
    }

    [Fact]
    public void A_mirror_to_itself_is_the_smallest_loop() =>
        Assert.Equal(["out of eth0 (web)", "out of eth0 (web)"], RedirectLoops.Find([new(Port, FilterHook.Egress, Port, FilterHook.Egress, "mirror")], []));

    [Fact]
    public void A_loop_behind_others_is_found_and_only_its_own_places_are_shown()
    {
        RedirectEdge[] edges =
        [
            new(Vex, FilterHook.Ingress, Port, FilterHook.Ingress, "a"),
            new(Port, FilterHook.Ingress, Other, FilterHook.Ingress, "b"),
            new(Other, FilterHook.Ingress, Port, FilterHook.Ingress, "c"),
        ];
        Assert.Equal(["into eth0 (web)", "into eth1 (web)", "into eth0 (web)"], RedirectLoops.Find(edges, []));
    }

    [Fact]
    public void The_targets_of_mirred_actions_are_found_in_a_filters_options()
    {
        // TCA_U32_ACT { 1 { KIND "mirred", OPTIONS { PARMS } } } of `action mirred egress redirect dev if7`, and an ingress mirror to 9 behind it.
        byte[] options = Convert.FromHexString(
            "74000700" + Action(1, 7) + Action(3, 9));
        Assert.Equal([(7, false), (9, true)], MirredReader.Targets(options));

        static string Action(int eaction, int target) =>
            "380001000b0001006d697272656400002400028020000200" + "0000000000000000030000000100000001000000"
            + Convert.ToHexString(BitConverter.GetBytes(eaction)) + Convert.ToHexString(BitConverter.GetBytes(target)) + "00000000";
    }
}
