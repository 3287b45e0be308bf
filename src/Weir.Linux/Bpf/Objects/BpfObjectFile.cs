namespace Weir.Linux.Bpf.Objects;

/// <summary>An eBPF object file as clang makes it (<c>-O2 -g -target bpf</c>): its programs, the maps that they name, and the licence. Reading needs no privilege and changes nothing.</summary>
/// <remarks>
/// <para>Programs are functions in sections that name their type: <c>xdp</c>, <c>tc</c>, <c>tcx/ingress</c>, <c>tcx/egress</c>, <c>classifier</c>, <c>action</c>,
/// <c>socket</c>. Maps are those of section <c>.maps</c> (described by BTF, as libbpf wants them); global variables become a
/// map for each of <c>.rodata</c>, <c>.data</c>, <c>.bss</c>.</para>
/// <para>Not supported: functions that are called rather than inlined, CO-RE, maps in maps, pinning by the file, section <c>maps</c> of old files. Each is refused in words.</para>
/// </remarks>
public sealed record BpfObjectFile
{
    /// <summary>Empty when the file has none: the kernel then refuses helpers for GPL programs.</summary>
    public string License { get; init; } = "";

    public IReadOnlyList<BpfObjectMap> Maps { get; init; } = [];

    public IReadOnlyList<BpfObjectProgram> Programs { get; init; } = [];

    /// <summary>Global variables by name.</summary>
    public IReadOnlyDictionary<string, BpfObjectVariable> Variables { get; init; } = new Dictionary<string, BpfObjectVariable>();

    /// <exception cref="InvalidDataException">The bytes are no such file, or have something that is not supported; the message says what.</exception>
    public static BpfObjectFile Parse(ReadOnlySpan<byte> elf) => new BpfObjectReader(new ElfFile(elf.ToArray())).Read();

    /// <summary>The same with another first value of a global variable: so a program is configured before it is loaded, also where the variable is constant.</summary>
    /// <param name="value">As many bytes as the variable has, as they stand in memory.</param>
    public BpfObjectFile With(string variable, ReadOnlySpan<byte> value)
    {
        if (!Variables.TryGetValue(variable, out var place))
            throw new ArgumentException($"the object has no global variable {variable}", nameof(variable));
        if (value.Length != place.Size)
            throw new ArgumentException($"{variable} has {place.Size} bytes", nameof(value));
        var content = Maps[place.Map].Content!.ToArray();
        value.CopyTo(content.AsSpan(place.Offset));
        return this with { Maps = [.. Maps.Select((map, i) => i == place.Map ? map with { Content = content } : map)] };
    }
}

/// <summary>A map that the object wants.</summary>
public sealed record BpfObjectMap(BpfMapShape Shape)
{
    /// <summary>The first content of a map of global variables; null for others.</summary>
    public byte[]? Content { get; init; }

    /// <summary>Nothing changes it after it is filled (<c>.rodata</c>): the verifier may take its values for constants.</summary>
    public bool IsConstant { get; init; }
}

/// <summary>A program of the object.</summary>
/// <param name="Name">The function's.</param>
/// <param name="Type">Null: the section's name stands for no type that is known here.</param>
/// <param name="Code">Instructions of 8 bytes, with the maps not yet in them.</param>
public sealed record BpfObjectProgram(string Name, string Section, BpfProgramType? Type, byte[] Code)
{
    public IReadOnlyList<BpfObjectReference> References { get; init; } = [];
}

/// <summary>A place in a program where a map belongs.</summary>
/// <param name="Slot">The instruction, a load of 64 bits.</param>
/// <param name="Map">Which of the object's maps.</param>
/// <param name="Offset">Null: the map itself; else the address of its only value, and so many bytes on.</param>
public readonly record struct BpfObjectReference(int Slot, int Map, int? Offset);

/// <summary>Where a global variable lies: which map, and which bytes of its value.</summary>
public readonly record struct BpfObjectVariable(int Map, int Offset, int Size);
