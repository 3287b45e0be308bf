using Weir.Linux.Bpf;
using static Weir.Linux.Bpf.BpfRegister;

namespace Weir.Capture.Tests.Bpf;

public class BpfAssemblerTests
{
    /// <summary>The listing of a verified program, as bytes: op, dst/src, offset, immediate.</summary>
    [Fact]
    public void Instructions_are_encoded_as_in_the_kernels_document()
    {
        BpfAssembler a = new();
        BpfLabel end = a.NewLabel();
        a.Move(R6, R1);
        a.Load(BpfSize.U32, R2, R6, SkBuff.Data);
        a.Add(R4, 38);
        a.JumpIf(BpfCondition.Greater, R4, R3, end);
        a.Load(BpfSize.U16, R5, R2, 12);
        a.JumpIf(BpfCondition.NotEqual, R5, 8, end);
        a.Load(BpfSize.U8, R5, R2, 14);
        a.And(R5, 0xff3f);
        a.Store(BpfSize.U32, R10, -16, R4);
        a.Call(BpfHelper.BPF_FUNC_map_lookup_elem);
        a.JumpIf(BpfCondition.Equal, R0, 0, end);
        a.Move(R1, 1);
        a.AtomicAdd(R7, 16, R1);
        a.ToBigEndian(R1, 16);
        a.ShiftLeft(R1, 2);
        a.StoreImmediate(BpfSize.U16, R10, -2, 7);
        a.JumpIf32(BpfCondition.Equal, R1, 0xffffffff, end);
        a.JumpIf(BpfCondition.SignedGreater, R0, R2, end);
        a.Jump(end);
        a.Mark(end);
        a.Exit();

        Assert.Equal(
            [
                "bf16 0000 00000000",
                "6162 4c00 00000000",
                "0704 0000 26000000",
                "2d34 0f00 00000000",
                "6925 0c00 00000000",
                "5505 0d00 08000000",
                "7125 0e00 00000000",
                "5705 0000 3fff0000",
                "634a f0ff 00000000",
                "8500 0000 01000000",
                "1500 0800 00000000",
                "b701 0000 01000000",
                "db17 1000 00000000",
                "dc01 0000 10000000",
                "6701 0000 02000000",
                "6a0a feff 07000000",
                "1601 0200 ffffffff",
                "6d20 0100 00000000",
                "0500 0000 00000000",
                "9500 0000 00000000",
            ],
            Listing(a.Build()));
    }

    [Fact]
    public void A_64_bit_constant_takes_two_slots()
    {
        BpfAssembler a = new();
        a.Move64(R3, 0x0102030405060708);
        Assert.Equal(["1803 0000 08070605", "0000 0000 04030201"], Listing(a.Build()));
    }

    [Fact]
    public void A_jump_to_a_label_that_was_never_placed_is_refused()
    {
        BpfAssembler a = new();
        a.Jump(a.NewLabel());
        Assert.Throws<InvalidOperationException>(a.Build);
    }

    [Fact]
    public void A_label_is_placed_once()
    {
        BpfAssembler a = new();
        BpfLabel label = a.NewLabel();
        a.Mark(label);
        Assert.Throws<InvalidOperationException>(() => a.Mark(label));
    }

    private static string[] Listing(BpfCode code) =>
        [.. code.Bytes.Chunk(8).Select(slot => $"{Convert.ToHexStringLower(slot[..2])} {Convert.ToHexStringLower(slot[2..4])} {Convert.ToHexStringLower(slot[4..])}")];
}
