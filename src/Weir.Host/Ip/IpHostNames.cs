using Weir.Rules.Ip;

namespace Weir.Host.Ip;

/// <summary>The names of this host's <c>/etc/iproute2</c>; where a file is missing, those that iproute2 is shipped with.</summary>
internal static class IpHostNames
{
    private const string Folder = "/etc/iproute2";

    public static IpNameTables Read()
    {
        IpNameTables shipped = IpNameTables.Default;
        return new IpNameTables
        {
            Tables = Read($"{Folder}/rt_tables", shipped.Tables),
            Protocols = Read($"{Folder}/rt_protos", shipped.Protocols),
            Scopes = Read($"{Folder}/rt_scopes", shipped.Scopes),
            Groups = Read($"{Folder}/group", shipped.Groups),
            Realms = Read($"{Folder}/rt_realms", shipped.Realms),
            TypesOfService = Read($"{Folder}/rt_dsfield", shipped.TypesOfService),
        };
    }

    private static IpNames Read(string path, IpNames shipped)
    {
        try
        {
            return IpNames.Parse(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return shipped;
        }
    }
}
