namespace Weir.Netlink.TrafficControl;

/// <summary>A queueing discipline, as <c>tc qdisc show</c> shows it.</summary>
public sealed record Qdisc(int LinkIndex, string Kind, uint Handle, uint Parent);

/// <summary><c>tc qdisc</c>.</summary>
public sealed class Qdiscs
{
    public IReadOnlyList<Qdisc> List(int linkIndex = 0) => throw new NotImplementedException();
    public void AddClsact(int linkIndex) => throw new NotImplementedException();
    public void AddIngress(int linkIndex) => throw new NotImplementedException();
    public void Delete(Qdisc qdisc) => throw new NotImplementedException();
}
