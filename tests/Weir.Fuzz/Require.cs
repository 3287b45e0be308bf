namespace Weir.Fuzz;

/// <summary>What a target says when something does not hold.</summary>
public static class Require
{
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException(what);
        }
    }
}
