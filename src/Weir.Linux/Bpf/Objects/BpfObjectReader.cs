using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Linux.Bpf.Objects;

/// <summary>Finds programs, maps and the places where they meet in an ELF file.</summary>
internal sealed class BpfObjectReader(ElfFile elf)
{
    private const int InstructionSize = 8;
    private const byte LoadImmediate64 = 0x18, Call = 0x85;
    private const uint R_BPF_64_64 = 1;

    /// <summary>What the kernel takes for a map of variables is less; a lying size must not cost memory.</summary>
    private const int LargestData = 16 * 1024 * 1024;

    private readonly List<BpfObjectMap> _maps = [];
    private ulong _data;

    /// <summary>By section: where in it which map begins. Data sections are one map each.</summary>
    private readonly Dictionary<int, SortedDictionary<ulong, int>> _mapsBySection = [];

    public BpfObjectFile Read()
    {
        for (var i = 0; i < elf.Sections.Count; i++)
        {
            var section = elf.Sections[i];
            if (section.Name == ".maps")
                ReadDescribedMaps(i);
            else if (section.Name == "maps")
                throw new InvalidDataException("the maps are in section maps, which is the old form: use .maps, and -g");
            else if (IsData(section) && section.Size > 0)
                ReadData(i, section);
        }

        return new BpfObjectFile
        {
            License = License(),
            Maps = _maps,
            Programs = [.. Programs()],
            Variables = Variables(),
        };
    }

    private static bool IsData(ElfSection section) => section.Type is ElfSection.SHT_PROGBITS or ElfSection.SHT_NOBITS
        && (section.Name is ".data" or ".bss" or ".rodata" || section.Name.StartsWith(".rodata.", StringComparison.Ordinal) || section.Name.StartsWith(".data.", StringComparison.Ordinal));

    private static BpfProgramType? TypeOf(string section) => section.Split('/')[0] switch
    {
        "xdp" or "xdp.frags" => BpfProgramType.BPF_PROG_TYPE_XDP,
        "tc" or "tcx" or "classifier" => BpfProgramType.BPF_PROG_TYPE_SCHED_CLS,
        "action" => BpfProgramType.BPF_PROG_TYPE_SCHED_ACT,
        "socket" => BpfProgramType.BPF_PROG_TYPE_SOCKET_FILTER,
        _ => null,
    };

    private string License()
    {
        var content = elf.Sections.FirstOrDefault(section => section.Name == "license") is { } license ? elf.ContentOf(license) : default;
        var end = content.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? content : content[..end]);
    }

    private void AddMap(int section, ulong offset, BpfObjectMap map)
    {
        if (!_mapsBySection.TryGetValue(section, out var maps))
            _mapsBySection[section] = maps = [];
        maps[offset] = _maps.Count;
        _maps.Add(map);
    }

    private void ReadData(int number, ElfSection section)
    {
        _data += section.Size;
        if (section.Size > LargestData || _data > LargestData)
            throw new InvalidDataException($"section {section.Name} would have {section.Size} bytes");
        var isConstant = section.Name.StartsWith(".rodata", StringComparison.Ordinal);
        var content = new byte[(int)section.Size];
        elf.ContentOf(section).CopyTo(content);
        AddMap(number, 0, new BpfObjectMap(new BpfMapShape(BpfMapType.BPF_MAP_TYPE_ARRAY, section.Name, 4, content.Length, 1)
        {
            Flags = isConstant ? BpfMapFlags.BPF_F_RDONLY_PROG : BpfMapFlags.BPF_F_MMAPABLE,
        })
        { Content = content, IsConstant = isConstant });
    }

    private void ReadDescribedMaps(int number)
    {
        if (elf.Sections.FirstOrDefault(section => section.Name == ".BTF") is not { } described)
            throw new InvalidDataException("the maps are described by BTF, which the file does not have: compile with -g");
        var btf = new Btf(elf.ContentOf(described));
        var section = btf.Types.FirstOrDefault(type => type.Kind == BtfKind.BTF_KIND_DATASEC && type.Name == ".maps");
        foreach (var (_, variable) in btf.MembersOf(section))
        {
            var symbol = elf.Symbols.FirstOrDefault(symbol => symbol.Section == number && symbol.Name == variable.Name && symbol.Kind != ElfSymbol.STT_SECTION)
                ?? throw new InvalidDataException($"map {variable.Name} has no symbol");
            AddMap(number, symbol.Value, new BpfObjectMap(ShapeOf(btf, variable)));
        }
    }

    /// <summary>The struct's members are the map's properties: numbers as the length of an array that is pointed to, types as what is pointed to.</summary>
    private static BpfMapShape ShapeOf(Btf btf, BtfType variable)
    {
        var shape = new BpfMapShape(0, variable.Name, 0, 0, 0);
        var type = btf.Bare(btf.Target(variable));
        if (variable.Kind != BtfKind.BTF_KIND_VAR || type.Kind != BtfKind.BTF_KIND_STRUCT)
            throw new InvalidDataException($"map {variable.Name} is not described by a struct");
        foreach (var (name, member) in btf.MembersOf(type))
        {
            shape = name switch
            {
                "type" => shape with { Type = (BpfMapType)Number(member) },
                "max_entries" => shape with { MaxEntries = Number(member) },
                "map_flags" => shape with { Flags = (BpfMapFlags)Number(member) },
                "key_size" => shape with { KeySize = Number(member) },
                "value_size" => shape with { ValueSize = Number(member) },
                "key" => shape with { KeySize = btf.SizeOf(Pointed(member)) },
                "value" => shape with { ValueSize = btf.SizeOf(Pointed(member)) },
                _ => throw new InvalidDataException($"map {variable.Name} has the property {name}, which is not supported"),
            };
        }

        return shape;

        BtfType Pointed(BtfType member) => btf.Bare(member) is { Kind: BtfKind.BTF_KIND_PTR } pointer
            ? btf.Bare(btf.Target(pointer))
            : throw new InvalidDataException($"a property of map {variable.Name} is no pointer");

        int Number(BtfType member) => Pointed(member) is { Kind: BtfKind.BTF_KIND_ARRAY } array && btf.ElementsOf(array) <= int.MaxValue
            ? (int)btf.ElementsOf(array)
            : throw new InvalidDataException($"a property of map {variable.Name} is no number");
    }

    private Dictionary<string, BpfObjectVariable> Variables()
    {
        Dictionary<string, BpfObjectVariable> variables = [];
        foreach (var symbol in elf.Symbols.Where(symbol => symbol.Kind == ElfSymbol.STT_OBJECT && symbol.Size > 0))
        {
            if (_mapsBySection.TryGetValue(symbol.Section, out var maps) && maps.TryGetValue(0, out var map) && _maps[map].Content is { } content
                && symbol.Value <= (ulong)content.Length && symbol.Size <= (ulong)content.Length - symbol.Value)
                variables[symbol.Name] = new BpfObjectVariable(map, (int)symbol.Value, (int)symbol.Size);
        }

        return variables;
    }

    private IEnumerable<BpfObjectProgram> Programs()
    {
        Dictionary<int, ulong> sizes = [];
        foreach (var function in elf.Symbols.Where(symbol => symbol.Kind == ElfSymbol.STT_FUNC && symbol.Section > 0 && symbol.Section < elf.Sections.Count))
        {
            var section = elf.Sections[function.Section];
            // Functions in .text are called by others.
            if (section.Name == ".text" || section.Type != ElfSection.SHT_PROGBITS)
                continue;
            var content = elf.ContentOf(section);
            sizes[function.Section] = sizes.GetValueOrDefault(function.Section) + Math.Min(function.Size, int.MaxValue);
            if (sizes[function.Section] > (ulong)content.Length)
                throw new InvalidDataException($"the programs of section {section.Name} lie over each other");
            if (function.Value > (ulong)content.Length || function.Size > (ulong)content.Length - function.Value || function.Size % InstructionSize != 0 || function.Value % InstructionSize != 0 || function.Size == 0)
                throw new InvalidDataException($"program {function.Name} lies outside of section {section.Name}, or not on whole instructions");
            var code = content.Slice((int)function.Value, (int)function.Size).ToArray();
            CheckCalls(function.Name, code);
            yield return new BpfObjectProgram(function.Name, section.Name, TypeOf(section.Name), code)
            {
                References = [.. elf.RelocationsOf(function.Section)
                    .Where(relocation => relocation.Offset >= function.Value && relocation.Offset - function.Value < function.Size)
                    .Select(relocation => ReferenceOf(function, code, relocation))],
            };
        }
    }

    private static void CheckCalls(string name, ReadOnlySpan<byte> code)
    {
        for (var slot = 0; slot < code.Length; slot += InstructionSize)
        {
            // Source register 1 of a call: another function of this file.
            if (code[slot] == Call && code[slot + 1] >> 4 == 1)
                throw new InvalidDataException($"program {name} calls a function of its own, which is not supported: declare that static inline __attribute__((always_inline))");
            if (code[slot] == LoadImmediate64)
                slot += InstructionSize;
        }
    }

    private BpfObjectReference ReferenceOf(ElfSymbol function, ReadOnlySpan<byte> code, ElfRelocation relocation)
    {
        var place = (int)(relocation.Offset - function.Value);
        if (relocation.Type != R_BPF_64_64 || place % InstructionSize != 0 || place + (2 * InstructionSize) > code.Length || code[place] != LoadImmediate64)
            throw new InvalidDataException($"program {function.Name} has a relocation of type {relocation.Type} at {place}, which is no load of a map");
        if (relocation.Symbol >= elf.Symbols.Count)
            throw new InvalidDataException($"program {function.Name} names symbol {relocation.Symbol}, which is not there");
        var symbol = elf.Symbols[relocation.Symbol];
        if (!_mapsBySection.TryGetValue(symbol.Section, out var maps))
            throw new InvalidDataException($"program {function.Name} refers to {(symbol.Name.Length > 0 ? symbol.Name : "a section")}, which is neither a map nor a global variable of this file");

        // A static variable is named by its section, with its place in the instruction.
        var offset = unchecked(symbol.Value + ReadUInt32LittleEndian(code[(place + 4)..]));
        if (maps.TryGetValue(0, out var data) && _maps[data].Content is { } content)
        {
            return offset <= (ulong)content.Length
                ? new BpfObjectReference(place / InstructionSize, data, (int)offset)
                : throw new InvalidDataException($"program {function.Name} refers to byte {offset} of {_maps[data].Shape.Name}");
        }

        return maps.TryGetValue(offset, out var map)
            ? new BpfObjectReference(place / InstructionSize, map, null)
            : throw new InvalidDataException($"program {function.Name} refers to a place in the maps where none begins");
    }
}
