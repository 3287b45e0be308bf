using Weir.Kernel.Tests.NftText;
using Weir.Testing;

namespace Weir.Vm.Tests.Nft;

/// <summary>Statements and objects of nf_tables that small kernels lack: loaded by nft and by Weir, listed by both, all the same.</summary>
public class NftTests
{
    [Fact]
    public void Flow_tables_queues_copies_and_quotas_are_loaded_and_listed_as_by_nft()
    {
        VirtualMachine.Require("nf_tables", "nf_flow_table", "nft_flow_offload", "nft_queue", "nft_dup_ipv4", "nft_dup_netdev", "nft_fwd_netdev", "nft_quota", "nft_limit", "nft_connlimit", "nft_numgen", "nft_hash");
        using NftOracle oracle = new();

        oracle.LoadsTheSame("""
            table inet fast {
            	quota daily { over 10 mbytes }
            	flowtable f { hook ingress priority filter; devices = { lo }; }
            	set seen { type ipv4_addr; size 100; flags dynamic,timeout; timeout 1m; }
            	chain forward {
            		type filter hook forward priority filter; policy accept;
            		meta l4proto { tcp, udp } flow add @f
            		ip protocol icmp quota over 1 mbytes drop
            		tcp dport 80 quota name "daily" drop
            		tcp dport 81 queue num 3 bypass
            		tcp dport 82 queue flags bypass,fanout to 1-4
            		tcp dport 83 queue to numgen inc mod 4 offset 10
            		tcp dport 84 add @seen { ip saddr limit rate 10/second } accept
            		tcp dport 85 ct count over 20 reject
            	}
            }
            table ip copies {
            	chain pre {
            		type filter hook prerouting priority mangle; policy accept;
            		dup to 10.0.0.9
            		dup to 10.0.0.9 device "lo"
            		ip saddr 10.0.0.1 meta mark set jhash ip saddr mod 16 offset 100
            	}
            }
            table netdev frames {
            	chain in {
            		type filter hook ingress device "lo" priority filter; policy accept;
            		ether type ip dup to "lo"
            		udp dport 5 fwd to "lo"
            	}
            }

            """);
    }
}
