namespace Weir.TcpIp.Neighbors;

/// <summary>A table's neighbors in the order in which they were last used or changed, by what is known of them: who has to go when the table is full.</summary>
internal sealed class NeighborOrder(int most)
{
    private readonly Line _asked = new(), _unproved = new(), _reachable = new();

    /// <summary>
    /// The next to go. Who is known to answer is the last; who does not answer yet is the first as soon as there are more of them than half of the
    /// table, so that packets for many that are not there (RFC 6583) drive out no one who is known.
    /// </summary>
    public Neighbor? Oldest
    {
        get
        {
            Neighbor? asked = _asked.First, unproved = _unproved.First;
            if (_asked.Count > most / 2 || (asked is not null && (unproved is null || asked.LastUsed < unproved.LastUsed)))
                return asked;
            return unproved ?? _reachable.First;
        }
    }

    /// <summary>Puts one behind the others; its state and time don't change while it is there.</summary>
    public void Add(Neighbor neighbor) => LineOf(neighbor).Add(neighbor);

    public void Remove(Neighbor neighbor) => LineOf(neighbor).Remove(neighbor);

    private Line LineOf(Neighbor neighbor) => neighbor.State switch
    {
        NeighborState.Incomplete => _asked,
        NeighborState.Reachable => _reachable,
        _ => _unproved,
    };

    /// <summary>Linked through the neighbors themselves: to move one costs neither a search nor memory.</summary>
    private sealed class Line
    {
        private Neighbor? _last;

        public Neighbor? First { get; private set; }

        public int Count { get; private set; }

        public void Add(Neighbor neighbor)
        {
            neighbor.Before = _last;
            neighbor.Behind = null;
            if (_last is null)
                First = neighbor;
            else
                _last.Behind = neighbor;
            _last = neighbor;
            Count++;
        }

        public void Remove(Neighbor neighbor)
        {
            if (neighbor.Before is { } before)
                before.Behind = neighbor.Behind;
            else
                First = neighbor.Behind;
            if (neighbor.Behind is { } behind)
                behind.Before = neighbor.Before;
            else
                _last = neighbor.Before;
            (neighbor.Before, neighbor.Behind) = (null, null);
            Count--;
        }
    }
}
