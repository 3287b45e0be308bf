using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Cli.Commands;
using Weir.Cli.Output;

namespace Weir.Cli.Tun;

/// <summary>Arguments and options of <c>weir tun</c> and <c>weir tcp</c>.</summary>
internal static class TunParameters
{
    public static Argument<string> Name()
    {
        var argument = new Argument<string>("NAME") { Description = "The device, 1 to 15 characters", HelpName = "NAME" };
        argument.Validators.Add(result => CheckName(result, result.Tokens));
        return argument;
    }

    public static Option<string> Device()
    {
        var option = new Option<string>("--device") { Description = "The TUN or TAP device; it is made for as long as the command runs when it is not there", HelpName = "NAME", Required = true };
        option.Validators.Add(result => CheckName(result, result.Tokens));
        return option;
    }

    public static Option<InterfaceAddress?> Address(string description) => new("--address")
    {
        Description = description,
        HelpName = "A/P",
        CustomParser = ParseAddress,
    };

    public static Option<int?> Mtu(string fallback = "1500", int least = 68) =>
        WholeNumber.Option("--mtu", $"Bytes of the largest packet, {least} to 65535 [default: {fallback}]", least, most: 65535);

    /// <summary><c>144</c> or <c>0x90</c>.</summary>
    public static uint ParseMark(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var isNumber = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mark)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mark);
        if (!isNumber || mark == 0)
            result.AddError($"{Words.Quoted(text)} is no mark: 1 to 4294967295, or 0x1 to 0xffffffff (0 is what every connection has).");
        return mark;
    }

    /// <summary><c>10ms</c>, <c>1s</c>; <c>none</c> is zero.</summary>
    public static TimeSpan ParseTime(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "none")
            return TimeSpan.Zero;
        var (number, unit) = text.EndsWith("ms", StringComparison.Ordinal) ? (text[..^2], 1) : text.EndsWith('s') ? (text[..^1], 1000) : ("", 0);
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= 120_000 / unit)
            return TimeSpan.FromMilliseconds(value * unit);
        result.AddError($"{Words.Quoted(text)} is no time from 1ms to 120s, nor 'none'.");
        return default;
    }

    private static InterfaceAddress? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (InterfaceAddress.TryParse(text) is { } address)
            return address;
        result.AddError($"{Words.Quoted(text)} is no address with its prefix length, such as 169.254.144.1/24 or fd00::1/64.");
        return null;
    }

    private static void CheckName(SymbolResult result, IReadOnlyList<Token> given)
    {
        foreach (var name in given.Select(token => token.Value))
        {
            if (Encoding.UTF8.GetByteCount(name) is 0 or > 15 || name is "." or ".." || name.Any(letter => letter is '/' or ':' or '%' || char.IsWhiteSpace(letter) || char.IsControl(letter)))
                result.AddError($"{Words.Quoted(name)} can't be a link's name: 1 to 15 characters, without blanks, '/', ':' and '%'.");
        }
    }
}

/// <summary>An address and the length of its network's prefix.</summary>
internal sealed record InterfaceAddress(IPAddress Address, byte PrefixLength)
{
    public override string ToString() => $"{Address}/{PrefixLength}";

    /// <summary><c>169.254.144.1/24</c>, <c>fd00::1/64</c>; null when it is no such thing.</summary>
    public static InterfaceAddress? TryParse(string text) =>
        text.Split('/') is [var address, var length]
        && IPAddress.TryParse(address, out var parsed)
        && (parsed.AddressFamily == AddressFamily.InterNetworkV6 || address.Count(letter => letter == '.') == 3)
        && byte.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
        && prefix > 0
        && prefix <= (parsed.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            ? new InterfaceAddress(parsed, prefix)
            : null;
}
