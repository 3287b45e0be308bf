using Weir.Netlink.Protocol;

namespace Weir.Netlink.Nftables.Expressions;

/// <summary>include/uapi/linux/netfilter/nf_tables.h: enum nft_objref_attributes.</summary>
internal enum ObjrefAttribute : ushort
{
    NFTA_OBJREF_IMM_TYPE = 1,
    NFTA_OBJREF_IMM_NAME = 2,
    NFTA_OBJREF_SET_SREG = 3,
    NFTA_OBJREF_SET_NAME = 4,
    NFTA_OBJREF_SET_ID = 5,
}

/// <summary>Uses a named object: a counter, quota, limit, helper, ..., by its name or found in a map.</summary>
/// <param name="Object">Empty when a map says it.</param>
public sealed record ObjrefExpression(NftObjectType Type, string Object) : NftExpression(ObjrefExpression.KernelName)
{
    internal const string KernelName = "objref";

    /// <summary>The object map that a register is looked up in; empty for an object by name.</summary>
    public string Set { get; init; } = "";

    /// <summary>The map's number in the same batch; 0 when the name is enough.</summary>
    public uint SetId { get; init; }

    /// <summary>What is looked up in the map.</summary>
    public NftRegister Source { get; init; }

    /// <summary>The object that a map gives for a register.</summary>
    public static ObjrefExpression FromMap(string map, NftRegister source = NftRegister.NFT_REG_1) => new(NftObjectType.NFT_OBJECT_UNSPEC, "") { Set = map, Source = source };

    internal static NftExpression? Read(ExpressionData data) =>
        data.HasOnly(ObjrefAttribute.NFTA_OBJREF_SET_ID)
            ? new ObjrefExpression((NftObjectType)data.UInt32(ObjrefAttribute.NFTA_OBJREF_IMM_TYPE), data.Text(ObjrefAttribute.NFTA_OBJREF_IMM_NAME))
            {
                Source = data.Register(ObjrefAttribute.NFTA_OBJREF_SET_SREG),
                Set = data.Text(ObjrefAttribute.NFTA_OBJREF_SET_NAME),
                SetId = data.UInt32(ObjrefAttribute.NFTA_OBJREF_SET_ID),
            }
            : null;

    internal override void WriteData(ref NetlinkWriter writer)
    {
        if (Set.Length == 0)
        {
            writer.WriteUInt32BigEndian(ObjrefAttribute.NFTA_OBJREF_IMM_TYPE, (uint)Type);
            writer.WriteString(ObjrefAttribute.NFTA_OBJREF_IMM_NAME, Object);
            return;
        }

        writer.WriteRegister(ObjrefAttribute.NFTA_OBJREF_SET_SREG, Source);
        writer.WriteString(ObjrefAttribute.NFTA_OBJREF_SET_NAME, Set);
        writer.WriteUInt32Unless0(ObjrefAttribute.NFTA_OBJREF_SET_ID, SetId);
    }
}
