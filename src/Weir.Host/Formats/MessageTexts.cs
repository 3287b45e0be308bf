using System.Collections;

namespace Weir.Host.Formats;

/// <summary>What would be sent, as text that is made only when somebody reads it.</summary>
internal sealed class MessageTexts<T>(IReadOnlyList<T> messages) : IReadOnlyList<string>
    where T : class
{
    public int Count => messages.Count;

    public string this[int index] => messages[index].ToString() ?? "";

    public IEnumerator<string> GetEnumerator()
    {
        foreach (var message in messages)
            yield return message.ToString() ?? "";
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
