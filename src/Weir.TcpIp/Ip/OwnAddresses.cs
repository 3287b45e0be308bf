using Weir.Packets;

namespace Weir.TcpIp.Ip;

/// <summary>Which addresses are ours, and so whom a packet means.</summary>
internal sealed class OwnAddresses(NetworkStack stack)
{
    private readonly Dictionary<UInt128, StackInterface> _own = [];
    private Verdict _lastVerdict;

    /// <summary>Moves when an address has come or gone.</summary>
    public int Generation { get; private set; }

    public bool Contains(UInt128 address) => _own.ContainsKey(address);

    public StackInterface? InterfaceOf(UInt128 address) => _own.GetValueOrDefault(address);

    public void Changed()
    {
        _own.Clear();
        foreach (InterfaceAddress address in stack.Loopback.AddressList)
            _own[address.Prefix.Address] = stack.Loopback;
        foreach (StackInterface link in stack.Interfaces)
        {
            foreach (InterfaceAddress address in link.AddressList)
            {
                if (address.State == AddressState.Preferred)
                    _own.TryAdd(address.Prefix.Address, link);
            }
        }

        Generation++;
        _lastVerdict = default;
    }

    /// <summary>Whom a packet means, and whether its source can be true. Most packets ask the same as the one before.</summary>
    public DestinationKind Classify(StackInterface input, UInt128 source, UInt128 destination, out bool isMartian)
    {
        if (_lastVerdict.Input != input || _lastVerdict.Source != source || _lastVerdict.Destination != destination)
        {
            _lastVerdict = new Verdict
            {
                Input = input,
                Source = source,
                Destination = destination,
                IsMartian = IsMartian(input, source) || (input != stack.Loopback && AddressKinds.IsMartianDestination(destination)),
                Kind = Classify(input, destination),
            };
        }

        isMartian = _lastVerdict.IsMartian;
        return _lastVerdict.Kind;
    }

    private bool IsMartian(StackInterface input, UInt128 source)
    {
        if (input == stack.Loopback)
            return false;
        return AddressKinds.IsMartianSource(source) || Contains(source) || (IpAddressBits.IsIpv4(source) && IsBroadcast(source));
    }

    /// <summary>Of any interface's network: an answer would go to all hosts of it.</summary>
    private bool IsBroadcast(UInt128 address)
    {
        for (int i = 0; i < stack.Interfaces.Count; i++)
        {
            if (stack.Interfaces[i].IsBroadcast(address))
                return true;
        }

        return false;
    }

    private DestinationKind Classify(StackInterface input, UInt128 destination)
    {
        if (Contains(destination) || (input == stack.Loopback && AddressKinds.IsLoopback(destination)))
            return DestinationKind.Local;
        if (AddressKinds.IsMulticast(destination))
            return input.IsMember(destination) ? DestinationKind.Multicast : DestinationKind.NotOurs;
        if (IpAddressBits.IsIpv4(destination) && input.IsBroadcast(destination))
            return DestinationKind.Broadcast;
        return input.Options.Transparent && !AddressKinds.IsLoopback(destination) ? DestinationKind.Foreign : DestinationKind.NotOurs;
    }

    private struct Verdict
    {
        public StackInterface? Input;
        public UInt128 Source;
        public UInt128 Destination;
        public bool IsMartian;
        public DestinationKind Kind;
    }
}
