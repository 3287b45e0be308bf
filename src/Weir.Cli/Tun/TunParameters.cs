using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Linux;

namespace Weir.Cli.Tun;

/// <summary>Arguments and options of <c>weir tun</c> and <c>weir tcp</c>.</summary>
internal static class TunParameters
{
    public static Argument<string> Name()
    {
        var argument = new Argument<string>("NAME") { Description = "The device, 1 to 15 characters", HelpName = "NAME" };
        argument.Validators.Add(result =>
        {
            var name = result.Tokens[0].Value;
            if (Encoding.UTF8.GetByteCount(name) is 0 or > 15 || name is "." or ".." || name.Any(letter => letter is '/' or ':' or '%' || char.IsWhiteSpace(letter)))
                result.AddError($"'{name}' can't be a link's name: 1 to 15 characters, without blanks, '/', ':' and '%'.");
        });
        return argument;
    }

    public static Option<string?> At()
    {
        var option = new Option<string?>("--at") { Description = "The network namespace: a name, or a path such as /proc/4711/ns/net [default: this one]", HelpName = "NAMESPACE" };
        option.CompletionSources.Add(_ => Directory.Exists(NetworkNamespace.NamesDirectory) ? NetworkNamespace.ListNamed() : []);
        return option;
    }

    public static Option<InterfaceAddress?> Address(string description) => new("--address")
    {
        Description = description,
        HelpName = "A/P",
        CustomParser = result => ParseAddress(result.Tokens[0].Value, result),
    };

    public static Option<int?> Mtu(string description = "Bytes of the largest packet, 68 to 65535 [default: 1500]", int least = 68)
    {
        var option = new Option<int?>("--mtu") { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } mtu && (mtu < least || mtu > 65535))
                result.AddError($"--mtu is {least} to 65535.");
        });
        return option;
    }

    /// <summary><c>144</c> or <c>0x90</c>.</summary>
    public static uint ParseMark(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var isNumber = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mark)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mark);
        if (!isNumber || mark == 0)
            result.AddError($"'{text}' is no mark: 1 to 4294967295, or 0x1 to 0xffffffff (0 is what every connection has).");
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
        result.AddError($"'{text}' is no time from 1ms to 120s, nor 'none'.");
        return default;
    }

    private static InterfaceAddress? ParseAddress(string text, ArgumentResult result)
    {
        if (text.Split('/') is [var address, var length]
            && IPAddress.TryParse(address, out var parsed)
            && (parsed.AddressFamily == AddressFamily.InterNetworkV6 || address.Count(letter => letter == '.') == 3)
            && byte.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            && prefix > 0
            && prefix <= (parsed.AddressFamily == AddressFamily.InterNetwork ? 32 : 128))
        {
            return new InterfaceAddress(parsed, prefix);
        }

        result.AddError($"'{text}' is no address with its prefix length, such as 169.254.144.1/24 or fd00::1/64.");
        return null;
    }
}

/// <summary>An address and the length of its network's prefix.</summary>
internal sealed record InterfaceAddress(IPAddress Address, byte PrefixLength)
{
    public override string ToString() => $"{Address}/{PrefixLength}";
}
