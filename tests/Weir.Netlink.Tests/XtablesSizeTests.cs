using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Netlink.Xtables;

namespace Weir.Netlink.Tests;

/// <summary>The structures of xtables' extensions are as long as the kernel's headers have them (x86-64 and arm64), and their fields stand where theirs do.</summary>
public class XtablesSizeTests
{
    [Fact]
    public void Structures_have_the_sizes_of_the_headers()
    {
        Assert.Equal(12, Unsafe.SizeOf<xt_tcp>());
        Assert.Equal(10, Unsafe.SizeOf<xt_udp>());
        Assert.Equal(12, Unsafe.SizeOf<xt_mark_mtinfo1>());
        Assert.Equal(12, Unsafe.SizeOf<xt_connmark_mtinfo1>());
        Assert.Equal(48, Unsafe.SizeOf<xt_set_info_match_v4>());
        Assert.Equal(20, Unsafe.SizeOf<xt_owner_match_info>());
        Assert.Equal(164, Unsafe.SizeOf<xt_conntrack_mtinfo3>());
        Assert.Equal(8, Unsafe.SizeOf<xt_addrtype_info_v1>());
        Assert.Equal(256, Unsafe.SizeOf<xt_comment_info>());
        Assert.Equal(48, Unsafe.SizeOf<xt_multiport_v1>());
        Assert.Equal(1, Unsafe.SizeOf<xt_socket_mtinfo3>());
        Assert.Equal(4, Unsafe.SizeOf<ipt_icmp>());
        Assert.Equal(180, Unsafe.SizeOf<xt_u32_test>());
        Assert.Equal(1984, Unsafe.SizeOf<xt_u32>());
        Assert.Equal(2, Unsafe.SizeOf<ipt_ttl_info>());
        Assert.Equal(8, Unsafe.SizeOf<xt_pkttype_info>());
        Assert.Equal(8, Unsafe.SizeOf<xt_mark_tginfo2>());
        Assert.Equal(16, Unsafe.SizeOf<xt_connmark_tginfo2>());
        Assert.Equal(28, Unsafe.SizeOf<xt_tproxy_target_info_v1>());
        Assert.Equal(20, Unsafe.SizeOf<nf_nat_ipv4_multi_range_compat>());
        Assert.Equal(40, Unsafe.SizeOf<nf_nat_range>());
        Assert.Equal(44, Unsafe.SizeOf<nf_nat_range2>());
        Assert.Equal(6, Unsafe.SizeOf<xt_NFQ_info_v3>());
        Assert.Equal(4, Unsafe.SizeOf<ipt_reject_info>());
        Assert.Equal(32, Unsafe.SizeOf<xt_log_info>());
        Assert.Equal(72, Unsafe.SizeOf<xt_ct_target_info_v1>());
        Assert.Equal(2, Unsafe.SizeOf<xt_tcpmss_info>());
    }

    [Fact]
    public void Fields_stand_where_the_headers_have_them()
    {
        Assert.Equal(128, Offset<xt_conntrack_mtinfo3>(nameof(xt_conntrack_mtinfo3.expires_min)));
        Assert.Equal(138, Offset<xt_conntrack_mtinfo3>(nameof(xt_conntrack_mtinfo3.origsrc_port)));
        Assert.Equal(146, Offset<xt_conntrack_mtinfo3>(nameof(xt_conntrack_mtinfo3.match_flags)));
        Assert.Equal(154, Offset<xt_conntrack_mtinfo3>(nameof(xt_conntrack_mtinfo3.origsrc_port_high)));
        Assert.Equal(24, Offset<xt_set_info_match_v4>(nameof(xt_set_info_match_v4.bytes)));
        Assert.Equal(40, Offset<xt_set_info_match_v4>(nameof(xt_set_info_match_v4.flags)));
        Assert.Equal(24, Offset<xt_tproxy_target_info_v1>(nameof(xt_tproxy_target_info_v1.lport)));
        Assert.Equal(64, Offset<xt_ct_target_info_v1>(nameof(xt_ct_target_info_v1.ct)));
        Assert.Equal(16, Offset<nf_nat_ipv4_multi_range_compat>(nameof(nf_nat_ipv4_multi_range_compat.min)));
        Assert.Equal(40, Offset<nf_nat_range2>(nameof(nf_nat_range2.base_proto)));
        Assert.Equal(47, Offset<xt_multiport_v1>(nameof(xt_multiport_v1.invert)));
    }

    private static int Offset<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
