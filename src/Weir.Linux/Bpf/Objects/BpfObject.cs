using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Linux.Bpf.Objects;

/// <summary>An object file in the kernel: its maps made and filled, its programs verified and loaded. Attaching them is <see cref="BpfLink"/>'s or a filter's.</summary>
public sealed class BpfObject : IDisposable
{
    private readonly Dictionary<string, BpfMap> _maps = [];
    private readonly Dictionary<string, BpfProgram> _programs = [];

    private BpfObject()
    {
    }

    /// <summary>By the names in the source; global variables are in <c>.data</c>, <c>.bss</c> and <c>.rodata</c>.</summary>
    public IReadOnlyDictionary<string, BpfMap> Maps => _maps;

    /// <summary>By the functions' names.</summary>
    public IReadOnlyDictionary<string, BpfProgram> Programs => _programs;

    /// <summary>Makes all maps, then loads all programs; when one is refused nothing stays.</summary>
    /// <param name="maps">Maps that are there already (pinned by another process, say) in place of those of the same name.</param>
    /// <exception cref="LinuxException">The kernel refused a map, or the verifier a program: its words and a hint are in the message.</exception>
    /// <exception cref="InvalidDataException">A program's section names no type.</exception>
    public static BpfObject Load(BpfObjectFile file, IReadOnlyDictionary<string, BpfMap>? maps = null)
    {
        var loaded = new BpfObject();
        try
        {
            List<BpfMap> inOrder = [];
            foreach (var map in file.Maps)
                inOrder.Add(maps?.GetValueOrDefault(map.Shape.Name) ?? loaded.Make(map));
            foreach (var program in file.Programs)
                loaded.Load(program, inOrder, file.License);
            return loaded;
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var program in _programs.Values)
            program.Dispose();
        foreach (var map in _maps.Values)
            map.Dispose();
    }

    private BpfMap Make(BpfObjectMap wanted)
    {
        var map = BpfMap.Create(wanted.Shape);
        if (!_maps.TryAdd(wanted.Shape.Name, map))
        {
            map.Dispose();
            throw new InvalidDataException($"two maps have the name {wanted.Shape.Name}");
        }

        if (wanted.Content is { } content)
            map.Update([0, 0, 0, 0], content);
        if (wanted.IsConstant)
            map.Freeze();
        return map;
    }

    private void Load(BpfObjectProgram program, List<BpfMap> maps, string license)
    {
        const byte mapDescriptor = 1, mapValue = 2;
        if (program.Type is not { } type)
            throw new InvalidDataException($"program {program.Name} is in section {program.Section}, which names no type: xdp, tc, tcx/ingress, tcx/egress, classifier, action and socket do");
        var code = program.Code.ToArray();
        foreach (var reference in program.References)
        {
            // The map's descriptor as the immediate; which kind of reference it is as the source register; the offset in the second slot.
            var slot = code.AsSpan(reference.Slot * 8, 16);
            slot[1] = (byte)((slot[1] & 15) | ((reference.Offset is null ? mapDescriptor : mapValue) << 4));
            WriteInt32LittleEndian(slot[4..], maps[reference.Map].Descriptor);
            WriteInt32LittleEndian(slot[12..], reference.Offset ?? 0);
        }

        var loaded = BpfProgram.Load(type, program.Name, new BpfCode(code, [.. program.References.Select(reference => maps[reference.Map]).Distinct()]), license);
        if (!_programs.TryAdd(program.Name, loaded))
        {
            loaded.Dispose();
            throw new InvalidDataException($"two programs have the name {program.Name}");
        }
    }
}
