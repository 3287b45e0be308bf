namespace Weir.Fuzz;

/// <summary>The checked-in inputs of a target: text files of hexadecimal bytes, '#' begins a comment; or any other file as it is.</summary>
public static class Corpus
{
    public static IReadOnlyList<byte[]> Load(string name)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Corpus", name);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(Read)]
            : [];
    }

    private static byte[] Read(string path)
    {
        if (Path.GetExtension(path) != ".hex")
        {
            return File.ReadAllBytes(path);
        }

        IEnumerable<string> lines = File.ReadLines(path).Select(line => line.Split('#')[0]);
        return Convert.FromHexString(string.Concat(lines.SelectMany(line => line).Where(character => !char.IsWhiteSpace(character))));
    }
}
