using System.Globalization;
using System.Reflection;

namespace Weir.Packages.Tests;

/// <summary>Types and constants as C# writes them, without namespaces.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Words = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint", [typeof(double)] = "double", [typeof(float)] = "float",
    };

    /// <param name="nullability">Adds the question marks of references; null: there are none to know.</param>
    public static string Of(Type type, NullabilityInfo? nullability = null, bool withOuter = false)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Of(value, nullability?.GenericTypeArguments is [var inner] ? inner : null)}?";
        var mark = !type.IsValueType && nullability is { } known && (known.ReadState == NullabilityState.Nullable || known.WriteState == NullabilityState.Nullable) ? "?" : "";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (type.IsPointer)
            return $"{Of(type.GetElementType()!)}*";
        if (Words.TryGetValue(type, out var word))
            return word + mark;
        var name = type.Name.Split('`')[0];
        if (withOuter && type.IsNested)
            name = $"{Of(type.DeclaringType!, withOuter: true)}.{name}";
        if (!type.IsGenericType || !type.Name.Contains('`', StringComparison.Ordinal))
            return name + mark;
        var arguments = type.GetGenericArguments();
        if (name == "ValueTuple")
            return $"({string.Join(", ", arguments.Select((argument, i) => Of(argument, ArgumentOf(nullability, i))))})";
        return $"{name}<{string.Join(", ", arguments.Select((argument, i) => Of(argument, ArgumentOf(nullability, i))))}>{mark}";
    }

    public static string Value(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text.Replace("\n", "\\n", StringComparison.Ordinal)}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static NullabilityInfo? ArgumentOf(NullabilityInfo? nullability, int index) =>
        nullability is not null && index < nullability.GenericTypeArguments.Length ? nullability.GenericTypeArguments[index] : null;
}
