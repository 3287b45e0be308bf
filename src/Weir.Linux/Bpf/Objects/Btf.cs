using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Linux.Bpf.Objects;

/// <summary>The kinds of types, include/uapi/linux/btf.h.</summary>
internal enum BtfKind : byte
{
    Void = 0,
    BTF_KIND_INT = 1,
    BTF_KIND_PTR = 2,
    BTF_KIND_ARRAY = 3,
    BTF_KIND_STRUCT = 4,
    BTF_KIND_UNION = 5,
    BTF_KIND_ENUM = 6,
    BTF_KIND_FWD = 7,
    BTF_KIND_TYPEDEF = 8,
    BTF_KIND_VOLATILE = 9,
    BTF_KIND_CONST = 10,
    BTF_KIND_RESTRICT = 11,
    BTF_KIND_FUNC = 12,
    BTF_KIND_FUNC_PROTO = 13,
    BTF_KIND_VAR = 14,
    BTF_KIND_DATASEC = 15,
    BTF_KIND_FLOAT = 16,
    BTF_KIND_DECL_TAG = 17,
    BTF_KIND_TYPE_TAG = 18,
    BTF_KIND_ENUM64 = 19,
}

/// <summary>A type: its kind, and what follows its header.</summary>
/// <param name="SizeOrType">The size of a struct, an int and the like; the type that a pointer, a typedef and the like stand for.</param>
/// <param name="Count">How many members or elements.</param>
/// <param name="Tail">Where its members are in the type section.</param>
internal readonly record struct BtfType(BtfKind Kind, string Name, uint SizeOrType, int Count, int Tail);

/// <summary>The types of an object file (Documentation/bpf/btf.rst), as far as maps need them. Whatever the bytes are, it reads them or throws <see cref="InvalidDataException"/>.</summary>
internal sealed class Btf
{
    private const ushort Magic = 0xeb9f;
    private const int HeaderSize = 24, TypeSize = 12, MemberSize = 12;

    /// <summary>Typedefs of typedefs, arrays of arrays: more are a circle.</summary>
    private const int DeepestType = 32;

    private readonly List<BtfType> _types = [default];
    private readonly byte[] _section;
    private readonly byte[] _strings;

    public Btf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || ReadUInt16LittleEndian(bytes) != Magic || bytes[2] != 1)
            throw new InvalidDataException("section .BTF is not in the form of version 1");
        var header = ReadUInt32LittleEndian(bytes[4..]);
        _section = Part(bytes, header, ReadUInt32LittleEndian(bytes[8..]), ReadUInt32LittleEndian(bytes[12..])).ToArray();
        _strings = Part(bytes, header, ReadUInt32LittleEndian(bytes[16..]), ReadUInt32LittleEndian(bytes[20..])).ToArray();
        ReadTypes();
    }

    public IReadOnlyList<BtfType> Types => _types;

    /// <summary>The members of a struct (name and type) or of a data section (the variable's type; its name is empty).</summary>
    public IEnumerable<(string Name, BtfType Type)> MembersOf(BtfType type)
    {
        for (var i = 0; i < type.Count; i++)
        {
            var member = _section.AsSpan(type.Tail + (i * MemberSize), MemberSize);
            yield return type.Kind == BtfKind.BTF_KIND_DATASEC
                ? ("", TypeAt(ReadUInt32LittleEndian(member)))
                : (Text(ReadUInt32LittleEndian(member)), TypeAt(ReadUInt32LittleEndian(member[4..])));
        }
    }

    /// <summary>What a pointer, a variable, a typedef and the like stand for.</summary>
    public BtfType Target(BtfType type) => TypeAt(type.SizeOrType);

    /// <summary>Past typedefs and qualifiers.</summary>
    public BtfType Bare(BtfType type)
    {
        for (var depth = 0; depth < DeepestType; depth++)
        {
            if (type.Kind is not (BtfKind.BTF_KIND_TYPEDEF or BtfKind.BTF_KIND_VOLATILE or BtfKind.BTF_KIND_CONST or BtfKind.BTF_KIND_RESTRICT or BtfKind.BTF_KIND_TYPE_TAG))
                return type;
            type = Target(type);
        }

        throw new InvalidDataException("a type of .BTF stands for itself");
    }

    /// <summary>In bytes.</summary>
    public int SizeOf(BtfType type)
    {
        ulong factor = 1;
        for (var depth = 0; depth < DeepestType; depth++)
        {
            type = Bare(type);
            switch (type.Kind)
            {
                case BtfKind.BTF_KIND_INT or BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_ENUM64 or BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION or BtfKind.BTF_KIND_FLOAT:
                    return Checked(factor * type.SizeOrType);
                case BtfKind.BTF_KIND_PTR:
                    return Checked(factor * 8);
                case BtfKind.BTF_KIND_ARRAY:
                    factor = (ulong)Checked(factor * ElementsOf(type));
                    type = TypeAt(ReadUInt32LittleEndian(_section.AsSpan(type.Tail)));
                    break;
                default:
                    throw new InvalidDataException($"a {type.Kind} has no size");
            }
        }

        throw new InvalidDataException("an array of .BTF holds itself");

        static int Checked(ulong size) => size <= int.MaxValue ? (int)size : throw new InvalidDataException("a type of .BTF has more than 2 GiB");
    }

    /// <summary>Of an array.</summary>
    public uint ElementsOf(BtfType array) => ReadUInt32LittleEndian(_section.AsSpan(array.Tail + 8));

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, uint header, uint offset, uint length)
    {
        var start = (ulong)header + offset;
        return start <= (ulong)bytes.Length && length <= (ulong)bytes.Length - start
            ? bytes.Slice((int)start, (int)length)
            : throw new InvalidDataException("a part of .BTF lies outside of it");
    }

    // struct btf_type: u32 name; u32 info: count in the lower 16 bits, kind in bits 24 to 28; u32 size or type; then what the kind has.
    private void ReadTypes()
    {
        for (var offset = 0; offset < _section.Length;)
        {
            if (_section.Length - offset < TypeSize)
                throw new InvalidDataException(".BTF ends in the middle of a type");
            var header = _section.AsSpan(offset);
            var info = ReadUInt32LittleEndian(header[4..]);
            var type = new BtfType((BtfKind)((info >> 24) & 31), Text(ReadUInt32LittleEndian(header)), ReadUInt32LittleEndian(header[8..]), (int)(info & 0xffff), offset + TypeSize);
            var end = (long)type.Tail + TailOf(type);
            if (end > _section.Length)
                throw new InvalidDataException(".BTF ends in the middle of a type");
            _types.Add(type);
            offset = (int)end;
        }
    }

    private static int TailOf(BtfType type) => type.Kind switch
    {
        BtfKind.BTF_KIND_INT or BtfKind.BTF_KIND_VAR or BtfKind.BTF_KIND_DECL_TAG => 4,
        BtfKind.BTF_KIND_ARRAY => 12,
        BtfKind.BTF_KIND_STRUCT or BtfKind.BTF_KIND_UNION or BtfKind.BTF_KIND_DATASEC or BtfKind.BTF_KIND_ENUM64 => 12 * type.Count,
        BtfKind.BTF_KIND_ENUM or BtfKind.BTF_KIND_FUNC_PROTO => 8 * type.Count,
        BtfKind.Void or > BtfKind.BTF_KIND_ENUM64 => throw new InvalidDataException($".BTF has a type of the unknown kind {(int)type.Kind}"),
        _ => 0,
    };

    private BtfType TypeAt(uint number) => number < _types.Count ? _types[(int)number] : throw new InvalidDataException($".BTF has no type {number}");

    private string Text(uint offset)
    {
        if (offset >= _strings.Length)
            return offset == 0 ? "" : throw new InvalidDataException("a name of .BTF lies outside of it");
        var text = _strings.AsSpan((int)offset);
        var end = text[..Math.Min(text.Length, ElfFile.LongestName)].IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(text[..end]) : throw new InvalidDataException("a name of .BTF has no end");
    }
}
