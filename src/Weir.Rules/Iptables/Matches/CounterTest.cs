namespace Weir.Rules.Iptables.Matches;

/// <summary>A set element's counter against a number. The numbers are the kernel's IPSET_COUNTER_.</summary>
public enum CounterTestKind : byte
{
    None = 0,
    Equal = 1,
    NotEqual = 2,
    Less = 3,
    Greater = 4,
}

/// <summary><c>--packets-eq 5</c>, <c>--bytes-lt 1000</c> and the like.</summary>
public readonly record struct CounterTest(CounterTestKind Kind, ulong Value)
{
    internal void Print(RulePrinter printer, string counter)
    {
        var (inverted, end) = Kind switch
        {
            CounterTestKind.Equal => (false, "eq"),
            CounterTestKind.NotEqual => (true, "eq"),
            CounterTestKind.Less => (false, "lt"),
            CounterTestKind.Greater => (false, "gt"),
            _ => (false, ""),
        };
        if (end.Length > 0)
            printer.Option(inverted, $"--{counter}-{end}", $"{Value}");
    }
}
