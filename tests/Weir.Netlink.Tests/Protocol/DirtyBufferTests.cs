using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Netlink.Nftables;
using Weir.Netlink.Protocol;
using Weir.Netlink.Route;
using Weir.Netlink.Tests.Nftables;
using Weir.Netlink.TrafficControl;
using Weir.Netlink.TrafficControl.Disciplines;

namespace Weir.Netlink.Tests.Protocol;

/// <summary>What goes to the kernel is the same whatever the buffer held before: padding is zeros, and nothing of another request or another user of the pool.</summary>
public class DirtyBufferTests
{
    private const byte Dirt = 0xa5;

    private enum Name : ushort
    {
        One = 1,
    }

    public static TheoryData<string> WireStructures =>
        [.. typeof(NetlinkWriter).Assembly.GetTypes().Where(IsWireStructure).Select(type => type.FullName!)];

    [Fact]
    public void Every_kind_of_attribute_is_padded_with_zeros()
    {
        Assert.Equal(Write(0), Write(Dirt));

        static byte[] Write(byte filling)
        {
            var buffer = new byte[1024];
            buffer.AsSpan().Fill(filling);
            var writer = new NetlinkWriter(buffer);
            writer.WriteFixed((byte)7);
            writer.WriteFixed(new ThreeBytes(1, 2, 3));
            for (var length = 0; length < 9; length++)
                writer.WriteBytes(Name.One, new byte[length]);
            writer.WriteUInt8(Name.One, 1);
            writer.WriteUInt16(Name.One, 1);
            writer.WriteUInt16BigEndian(Name.One, 1);
            writer.WriteString(Name.One, "eth0");
            writer.WriteString(Name.One, "");
            writer.WriteFlag(Name.One);
            writer.WriteAddress(Name.One, IPAddress.IPv6Loopback);
            var nest = writer.BeginNested(Name.One);
            writer.WriteNumbered(1, [1, 2, 3, 4, 5]);
            writer.WriteRaw([1, 2, 3]);
            writer.EndNested(nest);
            writer.Finish(NetlinkMessageType.RTM_NEWLINK, 0, 0);
            return writer.Written.ToArray();
        }
    }

    /// <summary>A structure is copied as it lies in memory, and only what has a field is sure to be zero there.</summary>
    [Theory, MemberData(nameof(WireStructures))]
    public void Structures_name_all_their_bytes(string name)
    {
        var type = typeof(NetlinkWriter).Assembly.GetType(name)!;
        Assert.Equal(SizeOf(type), NamedBytes(type));
    }

    [Fact]
    public void A_batch_of_nf_tables_in_a_used_buffer_is_that_of_a_fresh_one()
    {
        Assert.Equal(Write(0), Write(Dirt));

        static byte[] Write(byte filling)
        {
            FillPool(filling);
            using var kernel = new RecordedKernel(_ => []);
            using var socket = new NftSocket(kernel);
            using var batch = new NftBatch();
            batch.Add(NftSamples.Mangle);
            batch.Add(NftSamples.Prerouting with { Name = "odd" });
            batch.Add(NftSamples.MarkRule with { Chain = "odd", UserData = new byte[5] });
            // Long enough for a second and a third buffer of the pool.
            for (var i = 0; i < 400; i++)
                batch.Add(NftSamples.MarkRule with { Expressions = NftSamples.Expressions });
            batch.Delete(NftSamples.Prerouting);
            socket.Commit(batch, 1);
            var first = Assert.Single(kernel.Requests);
            batch.Clear();
            batch.Add(NftSamples.Mangle);
            socket.Commit(batch);
            return [.. first, .. kernel.Requests[1]];
        }
    }

    [Fact]
    public void A_batch_of_routes_and_single_requests_in_used_buffers_are_those_of_fresh_ones()
    {
        Assert.Equal(Write(0), Write(Dirt));

        static byte[] Write(byte filling)
        {
            FillPool(filling);
            using var kernel = new RecordedKernel(AcknowledgeLast);
            using var socket = new RouteSocket(kernel);
            var batch = socket.Batch();
            for (var i = 0; i < 300; i++)
                batch.Add(new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 100, Table = 101, InputLink = "eth0" });
            batch.Send();
            socket.Qdiscs.Add(new Qdisc(1, "htb", 0x10000, TrafficHandle.Root) { Discipline = new HtbQdisc { DefaultClass = 0x30, DirectQueueLength = 50 } });
            socket.Qdiscs.Delete(new Qdisc(1, "fq_codel", 0x10000, TrafficHandle.Root));
            return [.. kernel.Requests.SelectMany(request => request)];
        }
    }

    private static IEnumerable<byte[]> AcknowledgeLast(byte[] datagram)
    {
        var last = 0;
        for (var next = 0; next < datagram.Length; next += NetlinkWriter.Align(MemoryMarshal.Read<int>(datagram.AsSpan(next))))
            last = next;
        yield return RecordedKernel.Error(datagram[last..], 0);
    }

    /// <summary>The buffers that this thread rents next.</summary>
    private static void FillPool(byte filling)
    {
        for (var size = 256; size <= 1 << 21; size *= 2)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(size);
            buffer.AsSpan().Fill(filling);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsWireStructure(Type type) =>
        type is { IsValueType: true, IsEnum: false, IsGenericType: false, IsByRefLike: false } && type.IsLayoutSequential && !IsCompilerMade(type) && !IsRecord(type) && Fields(type) is { Length: > 0 } fields && Array.TrueForAll(fields, field => field.FieldType.IsValueType && !IsManaged(field.FieldType));

    private static bool IsCompilerMade(Type type) => type.Name.Contains('<', StringComparison.Ordinal);

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static bool IsManaged(Type type) => !type.IsPrimitive && !type.IsEnum && Fields(type).Any(field => !field.FieldType.IsValueType || IsManaged(field.FieldType));

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static int NamedBytes(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || type.GetCustomAttribute<InlineArrayAttribute>() is not null)
            return SizeOf(type);
        return Fields(type).Sum(field => NamedBytes(field.FieldType));
    }

    private static int SizeOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private readonly record struct ThreeBytes(byte First, byte Second, byte Third);
}
