using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Weir.Packets;

namespace Weir.TcpIp.Course.Replay;

/// <summary>The fields of a step, or of a case's parameters. What is missing or has another form is told by name.</summary>
internal readonly struct StepFields
{
    private readonly JsonElement json;

    public StepFields(JsonElement json, string what)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new StepFileException($"{what} is no JSON object");
        }

        this.json = json;
    }

    public string Raw => json.GetRawText();

    /// <summary>The field is there and not null.</summary>
    public bool Has(string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>The field is there, if only as null.</summary>
    public bool Names(string name) => json.TryGetProperty(name, out _);

    public ulong Number(string name) =>
        Get(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt64(out ulong number)
            ? number
            : throw Wrong(name, "a whole number from 0 to 18446744073709551615");

    public uint Number32(string name) => Number(name) is var number && number <= uint.MaxValue ? (uint)number : throw Wrong(name, "a number of 32 bits");

    public int NumberTo(string name, int limit) => Number(name) is var number && number <= (ulong)limit ? (int)number : throw Wrong(name, $"a number from 0 to {limit}");

    /// <summary>A missing flag is not set.</summary>
    public bool Flag(string name, bool otherwise = false) => !Names(name) ? otherwise : Get(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    public string Text(string name) => Get(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : throw Wrong(name, "a string");

    /// <summary>A name, which may be written as a number.</summary>
    public string Name(string name) => Get(name) is { ValueKind: JsonValueKind.Number } value ? value.GetRawText() : Text(name);

    /// <summary>One byte for each character; missing: none.</summary>
    public byte[] Data(string name)
    {
        if (!Names(name))
        {
            return [];
        }

        string text = Text(name);
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = text[i] <= byte.MaxValue ? (byte)text[i] : throw Wrong(name, "bytes: its characters go from U+0000 to U+00FF");
        }

        return bytes;
    }

    public byte[] Hexadecimal(string name)
    {
        string text = Text(name);
        byte[] bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw Wrong(name, "hexadecimal");
    }

    /// <summary>Dotted, or the number in host order.</summary>
    public uint Ipv4(string name)
    {
        if (Get(name).ValueKind == JsonValueKind.Number)
        {
            return Number32(name);
        }

        return IPAddress.TryParse(Text(name), out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? (uint)IpAddressBits.From(address)
            : throw Wrong(name, "an IPv4 address");
    }

    public MacAddress Mac(string name) => MacAddress.TryParse(Text(name), out var mac) ? mac : throw Wrong(name, "a MAC address");

    /// <summary>A longer time than can be told is the longest one.</summary>
    public TimeSpan Milliseconds(string name) =>
        Number(name) is var number && number < (ulong)TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromTicks((long)number * TimeSpan.TicksPerMillisecond) : TimeSpan.MaxValue;

    public IEnumerable<StepFields> List(string name)
    {
        if (!Has(name))
        {
            yield break;
        }

        if (Get(name) is not { ValueKind: JsonValueKind.Array } value)
        {
            throw Wrong(name, "a list");
        }

        foreach (var element in value.EnumerateArray())
        {
            yield return new StepFields(element, $"an element of \"{name}\"");
        }
    }

    private JsonElement Get(string name) =>
        json.TryGetProperty(name, out var value) ? value : throw new StepFileException(string.Create(CultureInfo.InvariantCulture, $"\"{name}\" is missing"));

    private static StepFileException Wrong(string name, string right) => new($"\"{name}\" is not {right}");
}
