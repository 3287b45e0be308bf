using Weir.Enforcer.Sessions;
using Weir.Packets;
using Weir.Policy;

namespace Weir.Enforcer.Identification;

/// <summary>Follows the first payload of sessions until their application is known or given up.</summary>
internal sealed class ApplicationTracker(int buffers)
{
    private readonly IdentificationBuffers _buffers = new(buffers);
    private readonly ServerNames _names = new();

    /// <summary>One frame's payload. True: the application is final now; <paramref name="serverName"/> is set when one was found.</summary>
    public bool Receive(ref Session session, Sender sender, ReadOnlySpan<byte> payload, uint sequence, ref string? serverName)
    {
        session.PayloadFrames++;
        if (session.Flags is var flags && (flags & (SessionFlags.ClientSpoke | SessionFlags.ServerSpoke)) == 0 && sender == Sender.Server)
            session.Set(SessionFlags.ServerSpokeFirst);
        session.Set(sender == Sender.Client ? SessionFlags.ClientSpoke : SessionFlags.ServerSpoke);

        bool isFinal = session.Protocol == IpProtocol.IPPROTO_TCP
            ? ReceiveStream(ref session, sender, payload, sequence, ref serverName)
            : ReceiveDatagram(ref session, payload);
        if (!isFinal)
            return false;
        session.Set(SessionFlags.ApplicationFinal | SessionFlags.Changed);
        Forget(ref session);
        return true;
    }

    /// <summary>The session ends, or its application is final: its buffer can serve another.</summary>
    public void Forget(ref Session session)
    {
        if (session.Buffer < 0)
            return;
        _buffers.Return(session.Buffer);
        session.Buffer = -1;
    }

    private bool ReceiveStream(ref Session session, Sender sender, ReadOnlySpan<byte> payload, uint sequence, ref string? serverName)
    {
        ReadOnlySpan<byte> client = sender == Sender.Client ? payload : default;
        ReadOnlySpan<byte> server = sender == Sender.Server ? payload : default;
        if (session.Buffer >= 0)
        {
            _buffers.Append(ref session, sender, payload, sequence);
            client = _buffers.ClientOf(session.Buffer)[..session.ClientBuffered];
            server = _buffers.ServerOf(session.Buffer)[..session.ServerBuffered];
        }

        Identification found = ProtocolIdentifier.IdentifyStream(client, server, session.Has(SessionFlags.ServerSpokeFirst));
        session.Application = found.Application;
        if (!found.ServerName.IsEmpty)
            serverName = _names.Intern(found.ServerName);
        if (found.IsFinal || session.PayloadFrames >= ProtocolIdentifier.StreamFrames || client.Length >= ProtocolIdentifier.ClientBytes)
            return true;
        if (session.Buffer >= 0)
            return false;

        session.Buffer = _buffers.Rent();
        if (session.Buffer < 0)
            return true;
        _buffers.Append(ref session, sender, payload, sequence);
        return false;
    }

    private static bool ReceiveDatagram(ref Session session, ReadOnlySpan<byte> datagram)
    {
        Identification found = ProtocolIdentifier.IdentifyDatagram(datagram);
        session.Application = found.Application;
        return found.IsFinal
            || session.PayloadFrames >= ProtocolIdentifier.Datagrams
            || (session.Flags & (SessionFlags.ClientSpoke | SessionFlags.ServerSpoke)) == (SessionFlags.ClientSpoke | SessionFlags.ServerSpoke);
    }
}
