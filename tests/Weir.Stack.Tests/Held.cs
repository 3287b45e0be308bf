namespace Weir.Stack.Tests;

/// <summary>What the code under test asks for, and a test answers when it wants: a decision on a SYN, the stream of a dialler.</summary>
internal sealed class Held<T>
{
    private readonly TaskCompletionSource _asked = new();
    private readonly TaskCompletionSource<T> _answer = new();

    internal Task Asked => _asked.Task.WaitAsync(StackPair.Soon);

    internal ValueTask<T> Ask()
    {
        _asked.SetResult();
        return new ValueTask<T>(_answer.Task);
    }

    internal void Answer(T answer) => _answer.SetResult(answer);
}
