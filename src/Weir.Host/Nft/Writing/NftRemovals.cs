using Weir.Netlink.Nftables;
using Weir.Rules.Nft;
using Kernel = Weir.Netlink.Nftables;
using Model = Weir.Rules.Nft;

namespace Weir.Host.Nft.Writing;

/// <summary>The commands that take away: <c>flush</c>, <c>delete</c>, <c>destroy</c>.</summary>
/// <param name="before">What was there before the batch: handles are those of its objects.</param>
/// <param name="say">Takes the line that says what is sent.</param>
internal sealed class NftRemovals(NftBatch batch, NftBatchNames names, Kernel.NftRuleset before, NftElementWriter elements, Action<string> say)
{
    internal void Flush(NftCommand command, NftFamily family)
    {
        var (table, name) = (command.Table, command.Name);
        say($"flush {command.Kind}{(table.Length == 0 ? "" : $" {family.Word()} {table}")}{(command.Kind is "table" || name.Length == 0 ? "" : $" {name}")}");
        switch (command.Kind)
        {
            case "ruleset":
                var only = command.Family.Length == 0 ? NftFamily.Unspecified : family;
                batch.FlushRuleset(only, NftLine.Of(command));
                names.Forget(key => only == NftFamily.Unspecified || key.Family == only);
                break;
            case "table":
                batch.Flush(new Kernel.NftTable { Family = family, Name = table }, NftLine.Of(command));
                names.ForgetRules(family, table);
                break;
            case "chain":
                batch.Flush(new Kernel.NftChain { Family = family, Table = table, Name = name }, NftLine.Of(command));
                names.Places(family, table, name).Clear();
                break;
            case "set" or "map":
                batch.Flush(SetNamed(family, table, name), NftLine.Of(command));
                if (names.FindSet(family, table, name) is { } set)
                    set.HasElements = false;
                break;
            default:
                throw new NftRefused($"flush {command.Kind} is no command");
        }
    }

    internal void Delete(NftCommand command, NftFamily family)
    {
        // What is not there is no error to destroy.
        var isLenient = command.Verb == "destroy";
        var (table, name) = (command.Table, command.Name);
        say($"{command.Verb} {command.Kind} {family.Word()} {table}{(command.Kind == "table" || name.Length == 0 ? "" : $" {name}")}{(command.OfHandle is { } said ? $" handle {said}" : "")}");
        switch (command.Kind)
        {
            case "table":
                if (command.OfHandle is { } tableHandle)
                    table = before.Tables.FirstOrDefault(known => known.Handle == tableHandle && known.Family == family)?.Name ?? throw new NftRefused($"there is no table with handle {tableHandle}");
                var kernelTable = new Kernel.NftTable { Family = family, Name = table };
                _ = isLenient ? batch.Destroy(kernelTable, NftLine.Of(command)) : batch.Delete(kernelTable, NftLine.Of(command));
                names.Forget(key => key.Family == family && key.Table == table);
                break;
            case "chain":
                if (command.OfHandle is { } chainHandle)
                    name = before.Chains.FirstOrDefault(known => known.Handle == chainHandle && known.Table == table && known.Family == family)?.Name ?? throw new NftRefused($"there is no chain with handle {chainHandle}");
                var chain = new Kernel.NftChain { Family = family, Table = table, Name = name };
                _ = isLenient ? batch.Destroy(chain, NftLine.Of(command)) : batch.Delete(chain, NftLine.Of(command));
                names.ForgetChain(family, table, name);
                break;
            case "rule":
                var rule = new Kernel.NftRule { Family = family, Table = table, Chain = name, Handle = command.OfHandle ?? throw new NftRefused("a rule is deleted by its handle") };
                _ = isLenient ? batch.Destroy(rule, NftLine.Of(command)) : batch.Delete(rule, NftLine.Of(command));
                names.Places(family, table, name).Remove(NftRulePlace.OfHandle(rule.Handle));
                break;
            case "set" or "map":
                if (command.OfHandle is { } setHandle)
                    name = before.Sets.FirstOrDefault(known => known.Handle == setHandle && known.Table == table && known.Family == family)?.Name ?? throw new NftRefused($"there is no set with handle {setHandle}");
                _ = isLenient ? batch.Destroy(SetNamed(family, table, name), NftLine.Of(command)) : batch.Delete(SetNamed(family, table, name), NftLine.Of(command));
                names.ForgetSet(family, table, name);
                break;
            case "element":
                var set = names.Set(family, table, name);
                var gone = elements.Write(set.Spec, (command.Body as Model.NftSet)?.Elements ?? [], merges: false, addsFirst: false);
                _ = isLenient ? batch.DestroyElements(SetNamed(family, table, name), gone, NftLine.Of(command)) : batch.DeleteElements(SetNamed(family, table, name), gone, NftLine.Of(command));
                break;
            case "flowtable":
                var flowTable = new Kernel.NftFlowTable { Family = family, Table = table, Name = name };
                _ = isLenient ? batch.Destroy(flowTable, NftLine.Of(command)) : batch.Delete(flowTable, NftLine.Of(command));
                break;
            default:
                var type = NftObjects.Type(command.Kind) ?? throw new NftRefused($"{command.Verb} {command.Kind} is no command");
                var value = new Kernel.NftObject { Family = family, Table = table, Name = name, Type = type };
                _ = isLenient ? batch.Destroy(value, NftLine.Of(command)) : batch.Delete(value, NftLine.Of(command));
                break;
        }
    }

    private static Kernel.NftSet SetNamed(NftFamily family, string table, string name) => new() { Family = family, Table = table, Name = name };
}
