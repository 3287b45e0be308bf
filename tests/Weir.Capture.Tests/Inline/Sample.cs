using System.Net;
using System.Net.Sockets;
using Weir.Capture.Inline;
using Weir.Capture.Plan;
using Weir.Netlink.Route;

namespace Weir.Capture.Tests.Inline;

/// <summary>A plan without a host: the workload of the document that this mode follows.</summary>
internal static class Sample
{
    public static readonly byte[] Address = [0x02, 0x42, 0xac, 0x11, 0x00, 0x02];

    public static InlinePlan Plan()
    {
        PortPlan port = new()
        {
            Id = 0x27,
            Name = "eth0",
            Index = 2,
            HostPeerIndex = 40,
            OutsideName = PortNames.Outside(0x27, "eth0"),
            OutsideIndex = 39,
            OutsideAddress = [0x02, 0, 0, 0, 0, 0x99],
            InsideName = PortNames.Inside(0x27, "eth0"),
            InsideIndex = 40,
            SpareName = PortNames.Spare(0x27, "eth0"),
            SpareIndex = 11000157,
            TransmitQueues = 1,
            ReceiveQueues = 1,
        };
        PortState state = new()
        {
            Address = Address,
            Mtu = 1500,
            TransmitQueueLength = 1000,
            Group = 0,
            Alias = "",
            Up = true,
            Arp = true,
            AddressGeneration = 0,
            Features = new Dictionary<string, bool> { ["tx-checksum-ip-generic"] = true },
            Sysctls = new Dictionary<string, string> { ["net/ipv6/conf/eth0/accept_dad"] = "1" },
            OwnSysctls = [new("net/ipv4/conf/eth0/rp_filter", "2")],
            Addresses = [new LinkAddress { LinkIndex = 2, Address = IPAddress.Parse("172.17.0.2"), PrefixLength = 16, Broadcast = IPAddress.Parse("172.17.255.255") }],
        };
        RouteState routes = new(
            [
                new IpRoute { Family = AddressFamily.InterNetwork, Gateway = IPAddress.Parse("172.17.0.1"), LinkIndex = 2 },
                new IpRoute { Family = AddressFamily.InterNetwork, Destination = IPAddress.Parse("10.9.0.0"), DestinationLength = 16, LinkIndex = 2, Table = 101, Metrics = new Dictionary<ushort, uint> { [2] = 1400 }, Raw = [1, 2, 3] },
            ],
            [new Neighbor { LinkIndex = 2, Address = IPAddress.Parse("172.17.0.9"), LinkLayerAddress = [2, 0, 0, 0, 0, 9] }]);
        return new InlinePlan
        {
            Target = new CaptureTarget("nginx", "/run/netns/nginx"),
            Mode = CaptureMode.Inline,
            Inode = 4026532001,
            WeirNamespace = "weir",
            Details = new InlineDetails { Ports = [port], Before = new WorkloadState(new Dictionary<ushort, PortState> { [0x27] = state }, routes) },
            Ports = [new CapturedPort { Id = 0x27, Name = "eth0", Index = 2, Address = Address, OutsideName = port.OutsideName, InsideName = port.InsideName }],
            Steps = [new CreateNamespaceStep(), new CreatePipeStep(), new CreatePairStep(0x27), new KeepStateStep(), new MoveOutStep(0x27), new MoveInStep(0x27), new RestoreRoutesStep(), new SettleStep()],
        };
    }
}
