using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Weir.Cli.Tests.Uapi;

/// <summary>A constant of ours that has a name of the C headers.</summary>
/// <param name="Place">The enum or class that has it.</param>
/// <param name="Bits">How wide it is: values are compared in this width.</param>
internal sealed record KernelConstant(string Place, string Name, ulong Value, int Bits);

/// <summary>A structure of ours whose comment begins with the C structure that it is.</summary>
internal sealed record KernelStructure(string Place, string Name, int Size);

/// <summary>Everything in the compiled projects that claims to be what the C headers say: found by spelling, so that nothing has to be registered.</summary>
/// <remarks>
/// A constant is one with an underscore whose first part is in capitals (<c>IFLA_MTU</c>, <c>BPF_FUNC_redirect</c>), or a member of <c>Errno</c>.
/// A structure is one whose summary begins with <c>struct NAME</c> and a comma, a full stop or a colon. One that is only a part of the kernel's says so
/// in other words ("The first fields of struct statx") and is not compared.
/// </remarks>
internal static partial class KernelSpelling
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] Projects = ["Weir.Linux", "Weir.Netlink", "Weir.Host"];

    private static Dictionary<string, string> Summaries { get; } = Documents()
        .SelectMany(document => document.Descendants("member"))
        .GroupBy(member => (string)member.Attribute("name")!)
        .ToDictionary(member => member.Key, member => (member.First().Element("summary")?.Value ?? "").Trim());

    public static IReadOnlyList<KernelConstant> Constants { get; } =
    [
        .. Types().SelectMany(type => type.GetFields(Everything)
            .Where(field => field.IsLiteral && IsInteger(field.FieldType) && (IsCName().IsMatch(field.Name) || (type.Name == "Errno" && field.Name != "None")))
            .Select(field => ConstantOf(type, field))),
    ];

    public static IReadOnlyList<KernelStructure> Structures { get; } =
    [
        .. Types().Where(type => type.IsValueType && !type.IsEnum && !type.IsGenericType)
            .Select(type => (Type: type, Name: CStructure().Match(Summaries.GetValueOrDefault($"T:{NameOf(type)}", "")).Groups["name"].Value))
            .Where(found => found.Name.Length > 0)
            .Select(found => new KernelStructure(NameOf(found.Type), found.Name, Marshal.SizeOf(found.Type))),
    ];

    /// <summary>The headers that comments name, as C includes them: <c>linux/if_link.h</c>.</summary>
    public static IReadOnlyList<string> Headers { get; } =
    [
        .. Documents().SelectMany(document => Header().Matches(document.ToString())).Select(match => match.Groups["path"].Value).Distinct().Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<XDocument> Documents() => Projects.Select(project => XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{project}.xml")));

    private static IEnumerable<Type> Types() => Projects.SelectMany(project => Assembly.Load(project).GetTypes());

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static bool IsInteger(Type type) => type.IsEnum || Type.GetTypeCode(type) is >= TypeCode.SByte and <= TypeCode.UInt64;

    private static KernelConstant ConstantOf(Type type, FieldInfo field)
    {
        var value = field.GetRawConstantValue()!;
        var bits = 8 * Marshal.SizeOf(value);
        var number = value is ulong wide ? wide : unchecked((ulong)Convert.ToInt64(value, CultureInfo.InvariantCulture));
        return new KernelConstant(NameOf(type), field.Name, number, bits);
    }

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Za-z0-9]+)+$", RegexOptions.ExplicitCapture)]
    private static partial Regex IsCName();

    [GeneratedRegex(@"^struct (?<name>\w+)[,.:]", RegexOptions.ExplicitCapture)]
    private static partial Regex CStructure();

    [GeneratedRegex(@"include/uapi/(?<path>linux/[\w/]+\.h)", RegexOptions.ExplicitCapture)]
    private static partial Regex Header();
}
