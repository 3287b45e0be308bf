using Weir.Linux.Bpf.Objects;

namespace Weir.Fuzz.Targets;

/// <summary>eBPF object files: refused in words, or read with all references inside the programs and maps.</summary>
public static class BpfObjectTarget
{
    public static void Run(ReadOnlySpan<byte> input)
    {
        BpfObjectFile file;
        try
        {
            file = BpfObjectFile.Parse(input);
        }
        catch (InvalidDataException)
        {
            return;
        }

        foreach (var program in file.Programs)
        {
            Require.That(program.Code.Length % 8 == 0, "a program is whole instructions");
            foreach (var reference in program.References)
            {
                Require.That((reference.Slot * 8) + 16 <= program.Code.Length, "a reference lies in its program");
                Require.That(reference.Map < file.Maps.Count, "a reference names a map");
            }
        }

        foreach (var variable in file.Variables.Values)
            Require.That(variable.Offset + variable.Size <= file.Maps[variable.Map].Content!.Length, "a variable lies in its map");
    }
}
