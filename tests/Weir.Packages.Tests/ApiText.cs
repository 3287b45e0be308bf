using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Weir.Packages.Tests;

/// <summary>What users of an assembly can see, a line for each type and member, in ordinal order: made from the compiled assembly, so that nothing can be forgotten.</summary>
/// <remarks>Members that the compiler makes (of records: equality, copying, printing) are left out: that a type is a record says they are there.</remarks>
internal static class ApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly) =>
        string.Concat(assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Lines).Select(line => line + "\n"));

    private static IEnumerable<string> Lines(Type type) =>
        [$"{KindOf(type)} {type.Namespace}.{TypeNames.Of(type, withOuter: true)}{BasesOf(type)}", .. MembersOf(type).Order(StringComparer.Ordinal).Select(member => $"    {member}")];

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        _ when type.IsSubclassOf(typeof(Delegate)) => "delegate",
        { IsByRefLike: true } => $"{ReadOnly(type)}ref struct",
        { IsValueType: true } => $"{ReadOnly(type)}{(IsRecord(type) ? "record " : "")}struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ => $"{(type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}{(IsRecord(type) ? "record" : "class")}",
    };

    private static string ReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "";

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared) is not null;

    private static string BasesOf(Type type)
    {
        if (type.IsEnum)
            return $" : {TypeNames.Of(Enum.GetUnderlyingType(type))}";
        if (type.IsSubclassOf(typeof(Delegate)))
            return "";
        List<string> bases = [];
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases.Add(TypeNames.Of(parent));
        var inherited = type.GetInterfaces().SelectMany(one => one.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []).ToHashSet();
        bases.AddRange(type.GetInterfaces().Where(one => one.IsVisible && !inherited.Contains(one) && !(IsRecord(type) && one.Name == "IEquatable`1")).Select(one => TypeNames.Of(one)).Order(StringComparer.Ordinal));
        return bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToString(Convert.ChangeType(Enum.Parse(type, name), Enum.GetUnderlyingType(type), CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)}");
        if (type.IsSubclassOf(typeof(Delegate)))
            return [MethodLine(type.GetMethod("Invoke")!)];
        return type.GetMembers(Declared).Where(IsVisible).Where(member => !IsMade(type, member)).Select(LineOf).OfType<string>();
    }

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed),
        FieldInfo field => field.IsPublic || (field.IsFamily && !field.DeclaringType!.IsSealed),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo happening => IsVisible(happening.AddMethod!),
        _ => false,
    };

    private static bool IsMade(Type type, MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || (member is MethodBase { IsSpecialName: true } and not ConstructorInfo && !member.Name.StartsWith("op_", StringComparison.Ordinal))
        || (IsRecord(type) && member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is not PropertyInfo)
        || (IsRecord(type) && (member.Name == "EqualityContract" || (member is ConstructorInfo copy && copy.GetParameters() is [var only] && only.ParameterType == type)));

    private static string? LineOf(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({ParametersOf(constructor)})",
        MethodInfo method => MethodLine(method),
        PropertyInfo property => PropertyLine(property),
        FieldInfo { IsLiteral: true } constant => $"const {TypeNames.Of(constant.FieldType)} {constant.Name} = {TypeNames.Value(constant.GetRawConstantValue())}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{TypeNames.Of(field.FieldType, Nullability(field))} {field.Name}",
        EventInfo happening => $"event {TypeNames.Of(happening.EventHandlerType!)} {happening.Name}",
        _ => null,
    };

    private static string MethodLine(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        return $"{ModifiersOf(method)}{TypeNames.Of(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter))} {method.Name}{generic}({ParametersOf(method)})";
    }

    private static string PropertyLine(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible)
            .Select(accessor => accessor == property.GetMethod ? "get" : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set");
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(ParameterText))}]";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{ModifiersOf(property.GetAccessors(nonPublic: true)[0])}{required}{TypeNames.Of(property.PropertyType, new NullabilityInfoContext().Create(property))} {name} {{ {string.Join("; ", accessors)}; }}";
    }

    private static string ModifiersOf(MethodInfo method) =>
        (method.IsFamily ? "protected " : "")
        + (method.IsStatic ? "static " : "")
        + (method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? method.GetBaseDefinition() == method ? "virtual " : "override " : "");

    private static string ParametersOf(MethodBase method) => string.Join(", ", method.GetParameters().Select(ParameterText));

    private static string ParameterText(ParameterInfo parameter)
    {
        var way = !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var many = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        var standard = parameter.HasDefaultValue ? $" = {TypeNames.Value(parameter.RawDefaultValue)}" : "";
        return $"{many}{way}{TypeNames.Of(parameter.ParameterType, new NullabilityInfoContext().Create(parameter))} {parameter.Name}{standard}";
    }

    private static NullabilityInfo Nullability(FieldInfo field) => new NullabilityInfoContext().Create(field);
}
