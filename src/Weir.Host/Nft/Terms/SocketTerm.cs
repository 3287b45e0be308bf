using Weir.Host.Nft.Json;
using Weir.Host.Nft.Reading;
using Weir.Netlink.Nftables;
using Weir.Netlink.Nftables.Expressions;
using Weir.Rules.Nft;
using Weir.Rules.Nft.Types;

namespace Weir.Host.Nft.Terms;

/// <summary><c>socket transparent</c>, <c>socket cgroupv2 level 2</c>: of the socket that the packet is for.</summary>
internal static class SocketTerm
{
    internal static NftSpec Spec(NftTerm.Socket socket) => Spec(Key(socket));

    internal static SocketExpression Load(NftTerm.Socket socket, NftRegister register) => new((SocketKey)Key(socket).Number, register, socket.Level);

    internal static NftNode.Loaded Read(SocketExpression socket)
    {
        var key = NftKeys.Find(NftKeys.Socket, (uint)socket.Key) ?? throw new NftRefused($"socket key {(uint)socket.Key} is not understood");
        return new NftNode.Loaded(new NftTerm.Socket(key.Name, socket.Key == SocketKey.NFT_SOCKET_CGROUPV2 ? socket.Level : null), Spec(key));
    }

    internal static void WriteJson(NftTerm.Socket socket, NftJsonWriter json) => json.Named("socket", () => json.String("key", socket.Key));

    private static NftKey Key(NftTerm.Socket socket) => NftKeys.Find(NftKeys.Socket, socket.Key)!;

    private static NftSpec Spec(NftKey key) => NftSpec.Of(key.Type, key.Bits);
}
