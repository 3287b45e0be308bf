using System.Buffers.Binary;

namespace Weir.Linux.Bpf;

/// <summary>A place in a program that jumps go to.</summary>
public readonly record struct BpfLabel(int Number);

/// <summary>Writes eBPF instructions, one call per instruction, with labels for jumps.</summary>
/// <remarks>
/// An instruction is 8 bytes: opcode, registers (source in the high half of the byte), jump or memory offset, immediate.
/// Documentation/bpf/standardization/instruction-set.rst. Loads of maps and 64-bit constants take two slots.
/// </remarks>
public sealed class BpfAssembler
{
    private const int InstructionSize = 8;
    private const byte ClassLoad = 0x00, ClassLoadRegister = 0x01, ClassStore = 0x02, ClassStoreRegister = 0x03;
    private const byte ClassJump = 0x05, ClassJump32 = 0x06, ClassAlu64 = 0x07, ClassAlu32 = 0x04;
    private const byte ModeMemory = 0x60, ModeAtomic = 0xc0, ModeImmediate64 = 0x18;
    private const byte SourceRegister = 0x08;
    private const byte PseudoMapDescriptor = 1, PseudoMapValue = 2;

    private readonly List<byte> code = [];
    private readonly List<int> labels = [];
    private readonly List<(int Slot, BpfLabel Target)> jumps = [];
    private readonly List<BpfMap> maps = [];

    private enum Operation : byte { Add = 0x00, Subtract = 0x10, Or = 0x40, And = 0x50, ShiftLeft = 0x60, ShiftRight = 0x70, Xor = 0xa0, Move = 0xb0, End = 0xd0 }

    /// <summary>Instructions written so far, in slots of 8 bytes.</summary>
    public int Count => code.Count / InstructionSize;

    /// <summary>A label that <see cref="Mark"/> places later.</summary>
    public BpfLabel NewLabel()
    {
        labels.Add(-1);
        return new BpfLabel(labels.Count - 1);
    }

    /// <summary>Places a label before the next instruction.</summary>
    public BpfAssembler Mark(BpfLabel label)
    {
        if (labels[label.Number] >= 0)
            throw new InvalidOperationException($"label {label.Number} is placed twice");
        labels[label.Number] = Count;
        return this;
    }

    public BpfAssembler Move(BpfRegister destination, int value) => Alu(Operation.Move, destination, value);
    public BpfAssembler Move(BpfRegister destination, BpfRegister source) => Alu(Operation.Move, destination, source);
    /// <summary>Sets the lower 32 bits and clears the upper: an immediate with its top bit set is not sign-extended.</summary>
    public BpfAssembler Move32(BpfRegister destination, uint value) => Emit(ClassAlu32 | (byte)Operation.Move, destination, 0, 0, unchecked((int)value));
    public BpfAssembler Add(BpfRegister destination, int value) => Alu(Operation.Add, destination, value);
    public BpfAssembler Add(BpfRegister destination, BpfRegister source) => Alu(Operation.Add, destination, source);
    public BpfAssembler Subtract(BpfRegister destination, BpfRegister source) => Alu(Operation.Subtract, destination, source);
    public BpfAssembler And(BpfRegister destination, int value) => Alu(Operation.And, destination, value);
    public BpfAssembler Or(BpfRegister destination, int value) => Alu(Operation.Or, destination, value);
    public BpfAssembler Xor(BpfRegister destination, int value) => Alu(Operation.Xor, destination, value);
    public BpfAssembler ShiftLeft(BpfRegister destination, int value) => Alu(Operation.ShiftLeft, destination, value);
    public BpfAssembler ShiftRight(BpfRegister destination, int value) => Alu(Operation.ShiftRight, destination, value);

    /// <summary>Host order to network order, or back; <paramref name="bits"/> is 16, 32 or 64.</summary>
    public BpfAssembler ToBigEndian(BpfRegister destination, int bits) =>
        Emit(ClassAlu32 | (byte)Operation.End | SourceRegister, destination, 0, 0, bits);

    /// <summary>A 64-bit constant.</summary>
    public BpfAssembler Move64(BpfRegister destination, ulong value)
    {
        Emit(ModeImmediate64, destination, 0, 0, unchecked((int)(uint)value));
        return Emit(0, 0, 0, 0, unchecked((int)(uint)(value >> 32)));
    }

    /// <summary>The map itself, for the map helpers.</summary>
    public BpfAssembler LoadMap(BpfRegister destination, BpfMap map)
    {
        maps.Add(map);
        Emit(ModeImmediate64, destination, PseudoMapDescriptor, 0, map.Descriptor);
        return Emit(0, 0, 0, 0, 0);
    }

    /// <summary>The address of a place in the only value of an array map: no look-up is needed.</summary>
    public BpfAssembler LoadMapValue(BpfRegister destination, BpfMap map, int offset)
    {
        maps.Add(map);
        Emit(ModeImmediate64, destination, PseudoMapValue, 0, map.Descriptor);
        return Emit(0, 0, 0, 0, offset);
    }

    /// <summary>destination = *(size*)(source + offset)</summary>
    public BpfAssembler Load(BpfSize size, BpfRegister destination, BpfRegister source, short offset) =>
        Emit((byte)(ClassLoadRegister | ModeMemory | (byte)size), destination, (byte)source, offset, 0);

    /// <summary>*(size*)(destination + offset) = source</summary>
    public BpfAssembler Store(BpfSize size, BpfRegister destination, short offset, BpfRegister source) =>
        Emit((byte)(ClassStoreRegister | ModeMemory | (byte)size), destination, (byte)source, offset, 0);

    /// <summary>*(size*)(destination + offset) = value</summary>
    public BpfAssembler StoreImmediate(BpfSize size, BpfRegister destination, short offset, int value) =>
        Emit((byte)(ClassStore | ModeMemory | (byte)size), destination, 0, offset, value);

    /// <summary>lock *(u64*)(destination + offset) += source</summary>
    public BpfAssembler AtomicAdd(BpfRegister destination, short offset, BpfRegister source) =>
        Emit((byte)(ClassStoreRegister | ModeAtomic | (byte)BpfSize.U64), destination, (byte)source, offset, 0);

    public BpfAssembler Jump(BpfLabel target)
    {
        jumps.Add((Count, target));
        return Emit(ClassJump, 0, 0, 0, 0);
    }

    /// <summary>Compares 64 bits; the immediate is sign-extended: for words with the top bit set take <see cref="JumpIf32"/>.</summary>
    public BpfAssembler JumpIf(BpfCondition condition, BpfRegister left, int right, BpfLabel target)
    {
        jumps.Add((Count, target));
        return Emit((byte)(ClassJump | (byte)condition), left, 0, 0, right);
    }

    public BpfAssembler JumpIf(BpfCondition condition, BpfRegister left, BpfRegister right, BpfLabel target)
    {
        jumps.Add((Count, target));
        return Emit((byte)(ClassJump | SourceRegister | (byte)condition), left, (byte)right, 0, 0);
    }

    /// <summary>Compares the lower 32 bits.</summary>
    public BpfAssembler JumpIf32(BpfCondition condition, BpfRegister left, uint right, BpfLabel target)
    {
        jumps.Add((Count, target));
        return Emit((byte)(ClassJump32 | (byte)condition), left, 0, 0, unchecked((int)right));
    }

    public BpfAssembler Call(BpfHelper helper) => Emit(0x85, 0, 0, 0, (int)helper);

    public BpfAssembler Exit() => Emit(0x95, 0, 0, 0, 0);

    /// <summary>The program with all jumps resolved, and the maps it names, which must live until it is loaded.</summary>
    public BpfCode Build()
    {
        byte[] bytes = [.. code];
        foreach ((int slot, BpfLabel target) in jumps)
        {
            int place = labels[target.Number];
            if (place < 0)
                throw new InvalidOperationException($"label {target.Number} is jumped to from slot {slot} but never placed");
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(slot * InstructionSize + 2), checked((short)(place - slot - 1)));
        }

        return new BpfCode(bytes, [.. maps.Distinct()]);
    }

    private BpfAssembler Alu(Operation operation, BpfRegister destination, int value) =>
        Emit((byte)(ClassAlu64 | (byte)operation), destination, 0, 0, value);

    private BpfAssembler Alu(Operation operation, BpfRegister destination, BpfRegister source) =>
        Emit((byte)(ClassAlu64 | SourceRegister | (byte)operation), destination, (byte)source, 0, 0);

    private BpfAssembler Emit(byte opcode, BpfRegister destination, byte source, short offset, int immediate)
    {
        Span<byte> slot = stackalloc byte[InstructionSize];
        slot[0] = opcode;
        slot[1] = (byte)(source << 4 | (byte)destination);
        BinaryPrimitives.WriteInt16LittleEndian(slot[2..], offset);
        BinaryPrimitives.WriteInt32LittleEndian(slot[4..], immediate);
        code.AddRange(slot);
        return this;
    }
}

/// <summary>An assembled program: 8 bytes per slot, and the maps it refers to.</summary>
public sealed record BpfCode(byte[] Bytes, IReadOnlyList<BpfMap> Maps)
{
    public int Count => Bytes.Length / 8;
}
