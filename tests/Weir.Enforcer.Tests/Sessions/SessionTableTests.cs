using System.Runtime.CompilerServices;
using Weir.Enforcer.Sessions;

namespace Weir.Enforcer.Tests.Sessions;

public class SessionTableTests
{
    private const byte Udp = 17;

    [Fact]
    public void A_session_costs_at_most_256_bytes_all_in()
    {
        // The struct, its bucket, and the reference to its server's name.
        Assert.InRange(Unsafe.SizeOf<Session>() + sizeof(int) + IntPtr.Size, 1, 256);
    }

    [Fact]
    public void A_session_is_found_from_both_directions()
    {
        SessionTable table = NewTable();
        int index = Add(table, 1, 2, 1000, 53);
        Assert.Equal(index, Find(table, 1, 2, 1000, 53, out Sender sender));
        Assert.Equal(Sender.Client, sender);
        Assert.Equal(index, Find(table, 2, 1, 53, 1000, out sender));
        Assert.Equal(Sender.Server, sender);
        Assert.Equal(SessionTable.None, Find(table, 1, 2, 53, 1000, out _));
        Assert.Equal(SessionTable.None, Find(table, 1, 2, 1000, 54, out _));
    }

    [Fact]
    public void A_deleted_session_is_not_found_and_its_place_is_used_again()
    {
        SessionTable table = NewTable();
        for (ushort i = 0; i < 1024; i++)
            Add(table, 1, 2, i, 53);
        for (ushort i = 0; i < 1024; i += 2)
            table.Delete(Find(table, 1, 2, i, 53, out _));
        Assert.Equal(512, table.Count);
        for (ushort i = 0; i < 1024; i++)
            Assert.Equal(i % 2 == 1, Find(table, 1, 2, i, 53, out _) != SessionTable.None);
        for (ushort i = 0; i < 1024; i += 2)
            Add(table, 3, 2, i, 53);
        Assert.Equal(1024, table.Count);
    }

    [Fact]
    public void What_is_over_goes_first_and_then_what_nobody_answered_oldest_first()
    {
        SessionTable table = NewTable();
        for (ushort i = 0; i < 1024; i++)
            Add(table, 1, 2, i, 53);
        int answered = Find(table, 1, 2, 0, 53, out _);
        int ended = Find(table, 1, 2, 900, 53, out _);
        table.MoveTo(answered, EvictionQueue.None);
        table.MoveTo(ended, EvictionQueue.Ending);
        Assert.Equal(ended, table.FindVictim());
        table.Delete(ended);
        Assert.Equal(SessionTable.None, table.FindVictim());
        Add(table, 9, 9, 9, 9);
        Assert.Equal(Find(table, 1, 2, 1, 53, out _), table.FindVictim());
    }

    [Fact]
    public void A_table_of_answered_sessions_gives_none_away()
    {
        SessionTable table = NewTable();
        for (ushort i = 0; i < 1024; i++)
            table.MoveTo(Add(table, 1, 2, i, 53), EvictionQueue.None);
        Assert.Equal(SessionTable.NothingToEvict, table.FindVictim());
    }

    [Fact]
    public void The_wheel_gives_each_session_once_and_not_before_its_time()
    {
        SessionTable table = NewTable();
        var random = new Random(3);
        var due = new Dictionary<int, TimeSpan>();
        for (ushort i = 0; i < 1000; i++)
        {
            int index = Add(table, 1, 2, i, 53);
            due[index] = TimeSpan.FromMilliseconds(random.Next(0, 30_000));
            table.Schedule(index, due[index]);
        }
        for (TimeSpan now = TimeSpan.Zero; now < TimeSpan.FromSeconds(32); now += TimeSpan.FromMilliseconds(50))
        {
            while (table.NextDue(now) is var index and not SessionTable.None)
            {
                Assert.True(due.Remove(index, out TimeSpan time));
                Assert.InRange(now - time, TimeSpan.Zero, TimeSpan.FromMilliseconds(300));
            }
        }
        Assert.Empty(due);
    }

    [Fact]
    public void The_wheel_loses_nobody_when_time_jumps()
    {
        SessionTable table = NewTable();
        for (ushort i = 0; i < 100; i++)
            table.Schedule(Add(table, 1, 2, i, 53), TimeSpan.FromSeconds(i % 30));
        int found = 0;
        while (table.NextDue(TimeSpan.FromDays(3)) != SessionTable.None)
            found++;
        Assert.Equal(100, found);
    }

    [Fact]
    public void A_random_life_agrees_with_a_dictionary()
    {
        var random = new Random(5);
        SessionTable table = NewTable();
        var model = new Dictionary<(uint, uint, ushort, ushort), int>();
        for (int step = 0; step < 200_000; step++)
        {
            var key = ((uint)random.Next(8), (uint)random.Next(8), (ushort)random.Next(8), (ushort)(random.Next(8) + 100));
            int found = Find(table, key.Item1, key.Item2, key.Item3, key.Item4, out _);
            Assert.Equal(model.GetValueOrDefault(key, SessionTable.None), found);
            if (found == SessionTable.None && table.FindVictim() == SessionTable.None)
            {
                int index = Add(table, key.Item1, key.Item2, key.Item3, key.Item4);
                model[key] = index;
                table.Schedule(index, TimeSpan.FromSeconds(random.Next(30)));
                table.MoveTo(index, (EvictionQueue)random.Next(3));
            }
            else if (found != SessionTable.None && random.Next(3) == 0)
            {
                table.Delete(found);
                model.Remove(key);
            }
        }
    }

    private static SessionTable NewTable() => new(1024, 100, TimeSpan.Zero, seed: 42);

    private static int Add(SessionTable table, uint client, uint server, ushort clientPort, ushort serverPort)
    {
        var key = new SessionKey(1, Udp, client, server, clientPort, serverPort);
        return table.Add(client, server, clientPort, serverPort, 1, Udp, table.HashOf(key), TimeSpan.Zero);
    }

    private static int Find(SessionTable table, uint source, uint destination, ushort sourcePort, ushort destinationPort, out Sender sender)
    {
        var key = new SessionKey(1, Udp, source, destination, sourcePort, destinationPort);
        return table.Find(key, table.HashOf(key), out sender);
    }
}
