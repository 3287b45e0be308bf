using System.Net;
using Weir.Packets;
using Weir.Packets.Dns;
using Weir.TcpIp.Ip;

namespace Weir.TcpIp.Dns;

/// <summary>One name that is asked for: see <see cref="DnsResolver.Resolve"/>.</summary>
public sealed class DnsLookup : IDisposable
{
    private const string Localhost = "localhost";

    private readonly DnsResolver _resolver;
    private readonly Action<DnsLookup>? _completed;
    private readonly List<DnsQuery> _queries = [];

    internal DnsLookup(DnsResolver resolver, string name, DnsOptions options, Action<DnsLookup>? completed)
    {
        _resolver = resolver;
        _completed = completed;
        Name = name.EndsWith('.') ? name[..^1] : name;
        Options = options;
    }

    /// <summary>Without the last dot.</summary>
    public string Name { get; }

    public bool IsCompleted { get; private set; }

    public DnsError Error { get; private set; }

    /// <summary>When it is completed; IPv6 before IPv4 (RFC 6724 2.1), otherwise as the server has put them.</summary>
    public IReadOnlyList<UInt128> Addresses { get; private set; } = [];

    internal DnsOptions Options { get; }

    /// <summary>Gives up a lookup that is not completed; nobody is called.</summary>
    public void Dispose()
    {
        IsCompleted = true;
        foreach (DnsQuery query in _queries)
            query.Stop();
    }

    internal void Start()
    {
        if (IPAddress.TryParse(Name, out IPAddress? literal))
            Complete(DnsError.None, [IpAddressBits.From(literal)]);
        else if (IsLocalhost(Name))
            Complete(DnsError.None, [IpAddressBits.Parse("::1"), IpAddressBits.Parse("127.0.0.1")]);
        else if (!IsHostName(Name))
            Complete(DnsError.InvalidName, []);
        else
            Ask();
    }

    internal void QueryEnded()
    {
        if (IsCompleted || _queries.Exists(query => !query.HasEnded))
            return;
        UInt128[] addresses = [.. _queries.SelectMany(query => query.Addresses)];

        // Of two families: addresses say more than none, no such name more than no answer, and no answer more than that one has none.
        DnsError error = addresses.Length > 0 ? DnsError.None
            : _queries.Exists(query => query.Error == DnsError.NotFound) ? DnsError.NotFound
            : _queries.Find(query => query.Error is DnsError.ServerFailure or DnsError.TimedOut)?.Error ?? DnsError.NoAddress;
        Complete(error, addresses);
    }

    private void Ask()
    {
        // As with AI_ADDRCONFIG of getaddrinfo(3); a stack that has no address at all may be told why by the attempt.
        bool has4 = Has(ipv4: true), has6 = Has(ipv4: false);
        if (has6 || !has4)
            _queries.Add(new DnsQuery(_resolver, this, DnsRecordType.AAAA));
        if (has4 || !has6)
            _queries.Add(new DnsQuery(_resolver, this, DnsRecordType.A));
        foreach (DnsQuery query in _queries.ToArray())
            query.Start();
    }

    private bool Has(bool ipv4)
    {
        foreach (StackInterface link in _resolver.Stack.Interfaces)
        {
            if (link.Addresses.Any(address => address.IsIpv4 == ipv4 && !AddressKinds.IsLinkLocal(address.Address)))
                return true;
        }

        return false;
    }

    private void Complete(DnsError error, UInt128[] addresses)
    {
        (IsCompleted, Error, Addresses) = (true, error, addresses);
        _completed?.Invoke(this);
    }

    private static bool IsLocalhost(string name) =>
        name.Equals(Localhost, StringComparison.OrdinalIgnoreCase) || name.EndsWith($".{Localhost}", StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 1035 2.3.4 and what resolvers let pass (glibc's res_hnok): an answer goes into addresses only, but a name into logs too.</summary>
    private static bool IsHostName(string name)
    {
        if (name.Length is 0 or > DnsName.MaxLength - 2)
            return false;
        foreach (Range range in name.AsSpan().Split('.'))
        {
            ReadOnlySpan<char> label = name.AsSpan()[range];
            if (label.Length is 0 or > 63)
                return false;
            foreach (char letter in label)
            {
                if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_'))
                    return false;
            }
        }

        return true;
    }
}
