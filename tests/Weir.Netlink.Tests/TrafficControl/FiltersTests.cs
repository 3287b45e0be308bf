using Weir.Netlink.Protocol;
using Weir.Netlink.TrafficControl;

namespace Weir.Netlink.Tests.TrafficControl;

public class FiltersTests
{
    [Fact]
    public void Clsact_is_asked_for_as_tc_asks()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Qdiscs.AddClsact(100);

        Hex.Equal("""
            30000000 2400 0506 01000000 00000000       # RTM_NEWQDISC, REQUEST|ACK|EXCL|CREATE
            00000000 64000000 0000ffff f1ffffff 00000000 # tcmsg: link 100, handle ffff:, parent ffff:fff1
            0b00 0100 636c7361637400 00                # TCA_KIND "clsact"
            """, kernel.Requests[0]);
    }

    [Fact]
    public void A_bpf_filter_keeps_its_handle_so_that_setting_it_again_replaces_it()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Filters.SetBpf(100, 0xfffffff2, 1, programDescriptor: 7, "weir_vex");

        Hex.Equal("""
            50000000 2c00 0505 01000000 00000000       # RTM_NEWTFILTER, REQUEST|ACK|REPLACE|CREATE
            00000000 64000000 01000000 f2ffffff 00030100 # tcmsg: handle 1, ingress, pref 1, ETH_P_ALL
            0800 0100 62706600                         # TCA_KIND "bpf"
            2400 0200                                  # TCA_OPTIONS
              0800 0600 07000000                       #   TCA_BPF_FD
              0d00 0700 776569725f76657800 000000      #   TCA_BPF_NAME
              0800 0800 01000000                       #   TCA_BPF_FLAGS direct action
            """, kernel.Requests[0]);
    }

    /// <summary>The matches of NeuVector's first rule, with its second action.</summary>
    [Fact]
    public void U32_with_mirred_is_sent_as_tc_sends_it()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        socket.Filters.AddU32(100, 0xffff0000, 10001, 0x0800, [new U32Match(0x242, 0xffff, -16), new U32Match(0xac110002, 0xffffffff, -12)], new MirredAction(2, 200));

        Hex.Equal("""
            9c000000 2c00 0506 01000000 00000000
            00000000 64000000 00000000 0000ffff 08001127 # pref 10001, ETH_P_IP
            0800 0100 75333200                         # TCA_KIND "u32"
            7000 0200                                  # TCA_OPTIONS
              3800 0700                                #   TCA_U32_ACT
                3400 0100                              #     first action
                  0b00 0100 6d697272656400 00          #       TCA_ACT_KIND "mirred"
                  2400 0280 2000 0200                  #       TCA_ACT_OPTIONS, TCA_MIRRED_PARMS
                    00000000 00000000 03000000 00000000 00000000 02000000 c8000000 # tc_gen (pipe), egress mirror, link 200
              3400 0500                                #   TCA_U32_SEL
                01 00 02 00 0000 0000 0000 0000 00000000
                0000ffff 00000242 f0ffffff 00000000
                ffffffff ac110002 f4ffffff 00000000
            """, kernel.Requests[0]);
    }

    [Fact]
    public void What_was_sent_reads_back()
    {
        byte[] sent = [];
        using (var kernel = RecordedKernel.Acknowledging())
        {
            using var socket = new RouteSocket(kernel);
            socket.Filters.AddU32(100, 0xffff0000, 10001, 0x0800, [new U32Match(0x242, 0xffff, -16)], new MirredAction(1, 200));
            sent = kernel.Requests[0][16..];
        }

        using var echo = new RecordedKernel(request => [RecordedKernel.Message(request, NetlinkMessageType.RTM_NEWTFILTER, 2, sent), RecordedKernel.Done(request)]);
        using var reader = new RouteSocket(echo);
        var filter = Assert.Single(reader.Filters.List(100));

        Assert.Equal(("u32", (ushort)10001, (ushort)0x0800), (filter.Kind, filter.Preference, filter.Protocol));
        Assert.Equal([new U32Match(0x242, 0xffff, -16)], filter.Matches);
        Assert.Equal([new FilterAction("mirred", new MirredAction(1, 200), Control: 4)], filter.Actions);
    }

    [Fact]
    public void An_offset_between_words_is_refused_before_the_kernel_is_asked()
    {
        using var kernel = RecordedKernel.Acknowledging();
        using var socket = new RouteSocket(kernel);

        Assert.Throws<ArgumentException>(() => socket.Filters.AddU32(1, 0xffff0000, 1, 3, [new U32Match(0, 0, -14)], new MirredAction(1, 2)));
        Assert.Empty(kernel.Requests);
    }
}
