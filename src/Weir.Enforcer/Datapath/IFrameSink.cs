namespace Weir.Enforcer.Datapath;

/// <summary>Takes frames that the enforcer makes itself. The ring in a packet loop, a list in tests; a tap has none.</summary>
internal interface IFrameSink
{
    void Send(ReadOnlySpan<byte> frame);
}
