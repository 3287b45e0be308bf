using System.Text;
using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Linux.Bpf.Objects;

/// <summary>A section of an ELF file. <see cref="Size"/> of one without content (SHT_NOBITS) is what it will have in memory.</summary>
internal sealed record ElfSection(string Name, uint Type, ulong Offset, ulong Size, uint Link, uint Info)
{
    public const uint SHT_PROGBITS = 1, SHT_SYMTAB = 2, SHT_NOBITS = 8, SHT_REL = 9;
}

/// <summary>A name of the symbol table.</summary>
/// <param name="Kind">STT_: 1 object, 2 function, 3 section.</param>
/// <param name="Section">The section that it lies in; others (undefined, absolute) have numbers that no section has.</param>
internal sealed record ElfSymbol(string Name, int Kind, int Section, ulong Value, ulong Size)
{
    public const int STT_OBJECT = 1, STT_FUNC = 2, STT_SECTION = 3;
}

/// <summary>A relocation without addend (SHT_REL): a place in a section, and the symbol whose value belongs there.</summary>
internal readonly record struct ElfRelocation(ulong Offset, uint Type, int Symbol);

/// <summary>Sections, symbols and relocations of a 64-bit little-endian object file: elf(5), as clang writes it for the target "bpf". Whatever the bytes are, it reads them or throws <see cref="InvalidDataException"/>.</summary>
internal sealed class ElfFile
{
    private const int HeaderSize = 64, SectionHeaderSize = 64, SymbolSize = 24, RelocationSize = 16;
    private const ushort EM_BPF = 247, ET_REL = 1;

    /// <summary>Many symbols may share one name: a long one must not cost memory for each.</summary>
    internal const int LongestName = 512;

    private readonly byte[] _bytes;

    public ElfFile(byte[] bytes)
    {
        _bytes = bytes;
        if (bytes.Length < HeaderSize || !bytes.AsSpan().StartsWith("\x7f"u8) || !bytes.AsSpan(1).StartsWith("ELF"u8))
            throw new InvalidDataException("this is no ELF file");
        if (bytes[4] != 2 || bytes[5] != 1 || UInt16(16) != ET_REL || UInt16(18) != EM_BPF)
            throw new InvalidDataException("this is no object file that clang made with -target bpf for a little-endian machine");
        Sections = ReadSections();
        Symbols = ReadSymbols();
    }

    public IReadOnlyList<ElfSection> Sections { get; }

    public IReadOnlyList<ElfSymbol> Symbols { get; }

    public ReadOnlySpan<byte> ContentOf(ElfSection section) => section.Type == ElfSection.SHT_NOBITS ? default : Slice(section.Offset, section.Size, $"section {section.Name}");

    public IReadOnlyList<ElfRelocation> RelocationsOf(int section)
    {
        List<ElfRelocation> relocations = [];
        foreach (var list in Sections.Where(candidate => candidate.Type == ElfSection.SHT_REL && candidate.Info == section))
        {
            var content = ContentOf(list);
            for (; content.Length >= RelocationSize; content = content[RelocationSize..])
                relocations.Add(new ElfRelocation(ReadUInt64LittleEndian(content), ReadUInt32LittleEndian(content[8..]), (int)Math.Min(ReadUInt32LittleEndian(content[12..]), int.MaxValue)));
        }

        return relocations;
    }

    private List<ElfSection> ReadSections()
    {
        var offset = ReadUInt64LittleEndian(_bytes.AsSpan(40));
        var (size, count, names) = (UInt16(58), UInt16(60), UInt16(62));
        if (size != SectionHeaderSize)
            throw new InvalidDataException($"section headers have {size} bytes");
        var headers = Slice(offset, (ulong)count * SectionHeaderSize, "the section headers");
        if (names >= count)
            throw new InvalidDataException("the sections have no names");
        var strings = TableAt(headers[(names * SectionHeaderSize)..]);
        List<ElfSection> sections = [];
        for (; headers.Length >= SectionHeaderSize; headers = headers[SectionHeaderSize..])
        {
            sections.Add(new ElfSection(
                TextAt(strings, ReadUInt32LittleEndian(headers)), ReadUInt32LittleEndian(headers[4..]), ReadUInt64LittleEndian(headers[24..]),
                ReadUInt64LittleEndian(headers[32..]), ReadUInt32LittleEndian(headers[40..]), ReadUInt32LittleEndian(headers[44..])));
        }

        return sections;
    }

    private List<ElfSymbol> ReadSymbols()
    {
        List<ElfSymbol> symbols = [];
        if (Sections.FirstOrDefault(section => section.Type == ElfSection.SHT_SYMTAB) is not { } table)
            return symbols;
        if (table.Link >= Sections.Count)
            throw new InvalidDataException("the symbols have no names");
        var strings = ContentOf(Sections[(int)table.Link]);
        for (var content = ContentOf(table); content.Length >= SymbolSize; content = content[SymbolSize..])
        {
            symbols.Add(new ElfSymbol(
                TextAt(strings, ReadUInt32LittleEndian(content)), content[4] & 15, ReadUInt16LittleEndian(content[6..]),
                ReadUInt64LittleEndian(content[8..]), ReadUInt64LittleEndian(content[16..])));
        }

        return symbols;
    }

    private ReadOnlySpan<byte> TableAt(ReadOnlySpan<byte> header) => Slice(ReadUInt64LittleEndian(header[24..]), ReadUInt64LittleEndian(header[32..]), "the sections' names");

    private static string TextAt(ReadOnlySpan<byte> strings, uint offset)
    {
        if (offset >= strings.Length)
            return offset == 0 ? "" : throw new InvalidDataException($"a name lies at {offset}, outside of the {strings.Length} bytes of names");
        var text = strings[(int)offset..];
        var end = text[..Math.Min(text.Length, LongestName)].IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(text[..end]) : throw new InvalidDataException("a name has no end");
    }

    private ushort UInt16(int offset) => ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private ReadOnlySpan<byte> Slice(ulong offset, ulong size, string what)
    {
        var length = (ulong)_bytes.Length;
        return offset <= length && size <= length - offset
            ? _bytes.AsSpan((int)offset, (int)size)
            : throw new InvalidDataException($"{what} would lie at {offset} with {size} bytes in a file of {length}");
    }
}
