using Weir.Netlink.Nftables;
using Weir.Netlink.Xtables;
using Weir.Rules.Iptables;
using Weir.Rules.Iptables.Matches;

namespace Weir.Host.Iptables.Codecs;

internal static class U32Codec
{
    internal static NftValue Write(U32Match match)
    {
        var info = new xt_u32 { ntests = (byte)match.Tests.Value.Count, invert = match.Tests.Inverted ? (byte)1 : (byte)0 };
        for (var i = 0; i < match.Tests.Value.Count; i++)
        {
            var test = match.Tests.Value[i];
            ref var to = ref info.tests[i];
            (to.nnums, to.nvalues) = ((byte)test.Location.Count, (byte)test.Values.Count);
            for (var step = 0; step < test.Location.Count; step++)
                to.location[step] = new xt_u32_location_element { number = test.Location[step].Number, nextop = (byte)test.Location[step].Operator };
            for (var value = 0; value < test.Values.Count; value++)
                to.value[value] = new xt_u32_value_element { min = test.Values[value].First, max = test.Values[value].Last };
        }

        return XtInfo.Write(info);
    }

    internal static U32Match? Read(NftValue bytes)
    {
        const int room = U32Match.MaximumSize + 1;
        if (XtInfo.Read<xt_u32>(bytes) is not { ntests: <= room } info)
            return null;
        var tests = new List<U32Test>();
        for (var i = 0; i < info.ntests; i++)
        {
            var test = info.tests[i];
            if (test.nnums > room || test.nvalues > room)
                return null;
            var steps = new U32Step[test.nnums];
            for (var step = 0; step < steps.Length; step++)
                steps[step] = new U32Step((U32Operator)test.location[step].nextop, test.location[step].number);
            var values = new U32Range[test.nvalues];
            for (var value = 0; value < values.Length; value++)
                values[value] = new U32Range(test.value[value].min, test.value[value].max);
            tests.Add(new U32Test(steps, values));
        }

        return new U32Match { Tests = new(tests, info.invert != 0) };
    }
}
