namespace Weir.Rules.Tc;

/// <summary>A word of a command that is not understood; becomes a finding.</summary>
internal sealed class TcWordException(string message) : Exception(message)
{
    internal static TcWordException At(WordReader words, string wanted) =>
        new(words.AtEnd ? $"the line ends where {wanted} should stand" : $"\"{words.Peek}\" stands where {wanted} should");
}
