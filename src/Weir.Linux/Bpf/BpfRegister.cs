namespace Weir.Linux.Bpf;

/// <summary>A register of the eBPF machine.</summary>
/// <remarks>R0 holds results, R1 to R5 arguments (dead after each call), R6 to R9 are kept over calls, R10 is the frame pointer (512 bytes lie below it).</remarks>
public enum BpfRegister : byte { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 }

/// <summary>How many bytes a load or store moves; the values are the size bits of the opcode.</summary>
public enum BpfSize : byte
{
    U32 = 0x00,
    U16 = 0x08,
    U8 = 0x10,
    U64 = 0x18,
}

/// <summary>A comparison; the values are the operation bits of the jump opcodes.</summary>
public enum BpfCondition : byte
{
    Equal = 0x10,
    Greater = 0x20,
    GreaterOrEqual = 0x30,
    BitsSet = 0x40,
    NotEqual = 0x50,
    SignedGreater = 0x60,
    SignedGreaterOrEqual = 0x70,
    Less = 0xa0,
    LessOrEqual = 0xb0,
    SignedLess = 0xc0,
    SignedLessOrEqual = 0xd0,
}

/// <summary>Functions of the kernel that a program may call, include/uapi/linux/bpf.h, <c>enum bpf_func_id</c>.</summary>
public enum BpfHelper
{
    BPF_FUNC_map_lookup_elem = 1,
    BPF_FUNC_map_update_elem = 2,
    BPF_FUNC_map_delete_elem = 3,
    BPF_FUNC_ktime_get_ns = 5,
    BPF_FUNC_get_prandom_u32 = 7,
    BPF_FUNC_get_smp_processor_id = 8,
    BPF_FUNC_skb_store_bytes = 9,
    BPF_FUNC_clone_redirect = 13,
    BPF_FUNC_redirect = 23,
    BPF_FUNC_skb_load_bytes = 26,
    BPF_FUNC_skb_pull_data = 39,
    BPF_FUNC_redirect_map = 51,
    BPF_FUNC_ringbuf_output = 130,
    BPF_FUNC_redirect_peer = 155,
    BPF_FUNC_ktime_get_coarse_ns = 160,
}

/// <summary>Offsets in <c>struct __sk_buff</c>, include/uapi/linux/bpf.h: what a program on a frame gets in R1.</summary>
public static class SkBuff
{
    public const short Length = 0;
    public const short PacketType = 4;
    public const short Mark = 8;
    public const short Protocol = 16;
    public const short VlanPresent = 20;
    public const short IngressIfindex = 36;
    public const short Ifindex = 40;
    public const short Data = 76;
    public const short DataEnd = 80;
    public const short GsoSegments = 164;
    public const short GsoSize = 176;
}

/// <summary>What a direct-action program of cls_bpf returns, include/uapi/linux/pkt_cls.h.</summary>
public static class TcAction
{
    public const int TC_ACT_UNSPEC = -1;
    public const int TC_ACT_OK = 0;
    public const int TC_ACT_SHOT = 2;
    public const int TC_ACT_REDIRECT = 7;
}
