// Makes a table, a base chain and a rule that counts new SSH connections, as one transaction: all of it is there, or nothing. Reads it back, and deletes it.
// sudo dotnet run --project samples/NftBatch -- [NAMESPACE]
//
//   table inet sample {
//       chain input {
//           type filter hook input priority filter; policy accept;
//           tcp dport 22 counter accept
//       }
//   }
using Weir.Linux;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;

const uint localIn = 1;
using var ns = args is [var name] ? NetworkNamespace.OpenNamed(name) : NetworkNamespace.OpenCurrent();
using var socket = NftSocket.Open(ns);
var table = new NftTable { Family = NftFamily.Inet, Name = "sample" };

using var batch = new NftBatch();
batch.Add(table, tag: "the table");
batch.Add(new NftChain { Family = NftFamily.Inet, Table = "sample", Name = "input", Type = "filter", Hook = new NftHook(localIn, 0), Policy = NftPolicy.Accept }, tag: "the chain");
batch.Add(
    new NftRule
    {
        Family = NftFamily.Inet,
        Table = "sample",
        Chain = "input",
        Expressions =
        [
            new MetaExpression(MetaKey.NFT_META_L4PROTO),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.UInt8(6)),
            new PayloadExpression(PayloadBase.NFT_PAYLOAD_TRANSPORT_HEADER, Offset: 2, Length: 2),
            new CmpExpression(CmpOperation.NFT_CMP_EQ, NftValue.NetworkUInt16(22)),
            new CounterExpression(),
            ImmediateExpression.Verdict(NftVerdict.Accept),
        ],
    },
    tag: "the rule");

try
{
    socket.Commit(batch);
}
catch (NftBatchException refused)
{
    // Which entry it was, by the caller's own tag, and the kernel's words.
    Console.Error.WriteLine($"{refused.First.Tag}: {refused.Message}");
    return 1;
}

foreach (var rule in socket.Read(NftFamily.Inet).Rules)
    Console.WriteLine($"{rule.Table} {rule.Chain} handle {rule.Handle}: {string.Join(", ", rule.Expressions.Select(expression => expression.Kind))}");

using var undo = new NftBatch();
undo.Delete(table);
socket.Commit(undo);
return 0;
