using System.Text.Json;
using Weir.Rules.Nft;

namespace Weir.Host.Nft.Json;

/// <summary>The shapes that nft's JSON is made of; libnftables-json(5).</summary>
internal sealed class NftJsonWriter(Utf8JsonWriter writer)
{
    /// <summary><c>{ "kind": { … } }</c>.</summary>
    internal void Named(string kind, Action content)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(kind);
        content();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary><c>{ "name": value }</c>.</summary>
    internal void One(string name, Action value)
    {
        writer.WriteStartObject();
        Property(name, value);
        writer.WriteEndObject();
    }

    /// <summary><c>{ "name": null }</c>.</summary>
    internal void Null(string name) => One(name, writer.WriteNullValue);

    /// <summary><c>{ "sign": [ left, right ] }</c>.</summary>
    internal void Pair(string sign, NftTerm left, NftTerm right) => One(sign, () => Array<NftTerm>([left, right], Term));

    /// <summary><c>{ "kind": { "key": …, "data": … } }</c>.</summary>
    internal void Mapping(string kind, NftTerm key, NftTerm mappings) => Named(kind, () =>
    {
        Optional("key", key);
        Optional("data", mappings);
    });

    internal void Match(string sign, Action left, NftTerm right) => Named("match", () =>
    {
        String("op", sign);
        Property("left", left);
        Optional("right", right);
    });

    internal void Array<T>(IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray();
        foreach (var item in items)
            write(item);
        writer.WriteEndArray();
    }

    internal void Property(string name, Action value)
    {
        writer.WritePropertyName(name);
        value();
    }

    internal void String(string name, string? value) => writer.WriteString(name, value);

    internal void Number(string name, long value) => writer.WriteNumber(name, value);

    internal void Number(string name, ulong value) => writer.WriteNumber(name, value);

    internal void Boolean(string name, bool value) => writer.WriteBoolean(name, value);

    internal void True(string name) => Boolean(name, value: true);

    internal void Comment(string? comment)
    {
        if (comment is not null)
            String("comment", comment);
    }

    /// <summary>A term, where there is one.</summary>
    internal void Optional(string name, NftTerm? term)
    {
        if (term is not null)
            Property(name, () => Term(term));
    }

    /// <summary>One word stands without brackets.</summary>
    internal void Strings(string name, IReadOnlyList<string> words)
    {
        if (words.Count == 1)
            String(name, words[0]);
        else
            List(name, words);
    }

    internal void List(string name, IEnumerable<string> words) => Property(name, () => Array(words, writer.WriteStringValue));

    internal void Term(NftTerm term) => NftTermJson.Write(term, this, writer);

    internal void Element(NftElement element) => NftElementJson.Write(element, this);

    /// <summary>What has no form stands as its text.</summary>
    internal void Text(NftStatement statement) => writer.WriteStringValue(statement.ToString());
}
