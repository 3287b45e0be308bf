using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Capture.Steering;
using Weir.Packets;

namespace Weir.Capture.Tests.Steering;

public class LayoutTests
{
    [Fact]
    public void The_key_lies_in_memory_as_the_program_builds_it()
    {
        var key = new SettledMapKey(0x1234, 6, new UInt128(0, 0x0000ffffc0a80001), new UInt128(0x20010db800000000, 1), 0xc001, 80);
        byte[] bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<SettledMapKey>(in key)).ToArray();

        Assert.Equal(SettledMapKey.Size, bytes.Length);
        Assert.Equal("00000000000000000000ffffc0a80001", Convert.ToHexStringLower(bytes.AsSpan(SettledMapKey.SourceOffset, 16)));
        Assert.Equal("20010db8000000000000000000000001", Convert.ToHexStringLower(bytes.AsSpan(SettledMapKey.DestinationOffset, 16)));
        Assert.Equal("c0010050", Convert.ToHexStringLower(bytes.AsSpan(SettledMapKey.PortsOffset, 4)));
        Assert.Equal("3412", Convert.ToHexStringLower(bytes.AsSpan(SettledMapKey.PortIdOffset, 2)));
        Assert.Equal("0600", Convert.ToHexStringLower(bytes.AsSpan(SettledMapKey.ProtocolOffset, 2)));
        Assert.Equal((ushort)0xc001, key.SourcePort);
        Assert.Equal(new UInt128(0x20010db800000000, 1), key.Destination);
    }

    [Fact]
    public void The_values_fields_lie_where_the_program_counts()
    {
        Assert.Equal(SettledMapValue.Size, Unsafe.SizeOf<SettledMapValue>());
        Assert.Equal(SettledMapValue.GenerationOffset, (int)Marshal.OffsetOf<SettledMapValue>(nameof(SettledMapValue.Generation)));
        Assert.Equal(SettledMapValue.PacketsOffset, (int)Marshal.OffsetOf<SettledMapValue>(nameof(SettledMapValue.Packets)));
        Assert.Equal(SettledMapValue.BytesOffset, (int)Marshal.OffsetOf<SettledMapValue>(nameof(SettledMapValue.Bytes)));
        Assert.Equal(SettledMapValue.LastSeenOffset, (int)Marshal.OffsetOf<SettledMapValue>(nameof(SettledMapValue.LastSeen)));
        Assert.Equal(PipePortValue.Size, Unsafe.SizeOf<PipePortValue>());
        Assert.Equal(PipePortValue.InsideOffset, (int)Marshal.OffsetOf<PipePortValue>(nameof(PipePortValue.InsideIndex)));
        Assert.Equal(PipePortValue.OutsideOffset, (int)Marshal.OffsetOf<PipePortValue>(nameof(PipePortValue.OutsideIndex)));
    }

    [Fact]
    public void Counters_of_outcomes_do_not_overlap_and_end_at_the_size()
    {
        var offsets = new List<int>();
        foreach (SteeringDirection direction in Enum.GetValues<SteeringDirection>())
        {
            foreach (SteeringOutcome outcome in Enum.GetValues<SteeringOutcome>())
                offsets.AddRange([PortLayout.FramesOffset(direction, outcome), PortLayout.BytesOffset(direction, outcome)]);
        }

        Assert.Equal(offsets.Distinct(), offsets);
        Assert.Equal(PortLayout.Size - 8, offsets.Max());
        Assert.True(offsets.Min() > PortLayout.StrictOffset);
    }

    [Fact]
    public void A_marker_carries_the_ports_id_in_big_endian()
    {
        Assert.Equal([0x56, 0x45, 0x49, 0x52, 0xbe, 0x87], PortMarker.Of(0xbe87));
        Assert.True(PortMarker.HasPrefix([0x56, 0x45, 0x49, 0x52, 0, 1]));
        Assert.False(PortMarker.HasPrefix([0x56, 0x45, 0x49, 0x53, 0, 1]));
    }
}
