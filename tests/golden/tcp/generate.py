#!/usr/bin/env python3
"""Writes the step files of this folder. What is expected comes from models of a few lines here, or stands here as it is: never from Weir.

    python3 tests/golden/tcp/generate.py
"""
import json
import os
import random

FOLDER = os.path.dirname(os.path.abspath(__file__))
U64 = 2**64


class Case:
    """A case under construction: one line of a file."""

    def __init__(self, suite, test, class_name, **params):
        self.line = {"suite": suite, "test": test, "params": {"class": class_name, **params}, "steps": []}

    def op(self, name, **fields):
        self.line["steps"].append({"op": name, **fields})
        return self

    def expect(self, what, *value, **fields):
        self.line["steps"].append({"expect": what, **({"value": value[0]} if value else {}), **fields})
        return self

    def state(self, **values):
        for name, value in values.items():
            self.expect(name, value)
        return self


def write(name, cases):
    with open(os.path.join(FOLDER, name + ".jsonl"), "w", encoding="utf-8", newline="\n") as file:
        for case in cases:
            file.write(json.dumps(case.line, separators=(",", ":")) + "\n")


# ---- byte streams


class StreamModel:
    def __init__(self, case, capacity):
        self.case, self.capacity, self.held, self.pushed, self.closed, self.error = case, capacity, "", 0, False, False

    def push(self, data):
        self.case.op("push", data=data)
        if not self.closed:
            data = data[: self.capacity - len(self.held)]
            self.held += data
            self.pushed += len(data)
        return self.check()

    def pop(self, count):
        self.case.op("pop", len=count)
        self.held = self.held[count:]
        return self.check()

    def close(self):
        self.case.op("close")
        self.closed = True
        return self.check()

    def set_error(self):
        self.case.op("set_error")
        self.error = True
        return self.check()

    def read_all(self):
        self.case.op("read_all", data=self.held)
        self.held = ""
        return self.check()

    def check(self):
        self.case.state(
            bytes_pushed=self.pushed, bytes_popped=self.pushed - len(self.held), bytes_buffered=len(self.held),
            available_capacity=self.capacity - len(self.held), is_closed=self.closed, is_finished=self.closed and not self.held,
            has_error=self.error, buffer_empty=not self.held)
        self.case.expect("peek_prefix", data=self.held[:3])
        if len(self.held) <= 64:
            self.case.expect("peek_all", data=self.held)
        return self


def stream(test, capacity=15, suite="byte_stream_basics"):
    case = Case(suite, test, "ByteStream", capacity=capacity)
    return case, StreamModel(case, capacity)


def letters(rng, count):
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(count))


def byte_streams():
    case, model = stream("construction")
    model.check()
    yield case
    case, model = stream("close")
    model.close().close()
    yield case
    case, model = stream("set error")
    model.set_error().push("x").close()
    yield case
    case, model = stream("write, close, read")
    model.push("cat").close().pop(1).pop(2)
    yield case
    case, model = stream("a push after close is ignored")
    model.push("cat").close().push("tac").read_all().push("x")
    yield case
    case, model = stream("every byte is data")
    model.push("".join(chr(i) for i in range(15))).pop(3).push("\u00ff\u0080\u0000").read_all()
    yield case
    case, model = stream("a pop of more than there is")
    model.push("cat").pop(9).push("dog").read_all()
    yield case

    suite = "byte_stream_capacity"
    case, model = stream("what does not fit is dropped", 2, suite)
    model.push("cat").push("t").pop(1).push("tac").pop(2).push("mouse").read_all()
    yield case
    case, model = stream("an empty push changes nothing", 2, suite)
    model.push("cat")
    for _ in range(10):
        model.push("")
    model.pop(1).push("").pop(1).close()
    yield case
    case, model = stream("no room at all", 0, suite)
    model.push("x").close()
    yield case
    case, model = stream("long runs through a small stream", 7, suite)
    for i in range(40):
        model.push("abcdefghijk"[: i % 11]).pop(i % 5)
    yield case

    for suite, writes in (("byte_stream_one_write", ["cat"]), ("byte_stream_two_writes", ["cat", "tac"])):
        case, model = stream("write, then pop one by one", 15, suite)
        for data in writes:
            model.push(data)
        for _ in "".join(writes):
            model.pop(1)
        model.close()
        yield case
        case, model = stream("pop between the writes, close early", 15, suite)
        for data in writes:
            model.push(data).pop(2)
        model.close().read_all()
        yield case
        case, model = stream("write, pop, close, pop", 15, suite)
        for data in writes:
            model.push(data)
        model.pop(2).close().pop(1).read_all()
        yield case

    rng = random.Random(1)
    case, model = stream("many writes", 200_000, "byte_stream_many_writes")
    for _ in range(250):
        model.push(letters(rng, rng.randrange(10, 200)))
    model.read_all().close()
    yield case

    for size, capacity in ((19, 3), (18, 17), (1111, 17), (4097, 4096)):
        rng = random.Random(size)
        data = "".join(chr(rng.randrange(256)) for _ in range(size))
        case, model = stream(f"{size} bytes through {capacity}", capacity, "byte_stream_stress_test")
        while not (model.closed and not model.held):
            model.push(data[model.pushed : model.pushed + rng.randrange(capacity * 2)])
            if model.pushed == size:
                model.close()
            model.pop(rng.randrange(len(model.held) + 1))
        yield case


# ---- reassembler


class ReassemblerModel:
    """A map from index to byte."""

    def __init__(self, case, capacity, brief=False):
        self.brief = brief
        self.case, self.capacity, self.bytes, self.pushed, self.popped, self.end = case, capacity, {}, 0, 0, None
        self.text = []

    def insert(self, index, data, last=False):
        self.case.op("insert", index=index, data=data, last=last)
        if not self.closed():
            limit = self.popped + self.capacity
            for i, char in enumerate(data):
                if self.pushed <= index + i < limit:
                    self.bytes[index + i] = char
            if last and index + len(data) < U64 and self.end is None:
                self.end = index + len(data)
            while self.pushed in self.bytes:
                self.text.append(self.bytes.pop(self.pushed))
                self.pushed += 1
        return self.check()

    def closed(self):
        return self.end is not None and self.pushed == self.end

    def read(self):
        self.case.op("read_all", data="".join(self.text[self.popped :]))
        self.popped = self.pushed
        return self.check()

    def pop(self, count):
        self.case.op("pop", len=count)
        self.popped = min(self.pushed, self.popped + count)
        return self.check()

    def check(self):
        self.case.state(bytes_pushed=self.pushed, bytes_pending=len(self.bytes))
        if not self.brief:
            self.case.state(bytes_buffered=self.pushed - self.popped, is_closed=self.closed(), is_finished=self.closed() and self.pushed == self.popped)
        return self


def assembly(suite, test, capacity, *inserts):
    """Inserts are (index, data) or (index, data, last), or the word read."""
    case = Case("reassembler_" + suite, test, "Reassembler", capacity=capacity)
    model = ReassemblerModel(case, capacity, brief=len(inserts) > 100).check()
    for insert in inserts:
        if insert == "read":
            model.read()
        else:
            model.insert(*insert)
    if "read" not in inserts:
        model.read()
    return case


def reassemblers():
    yield assembly("single", "first byte", 1, (0, "a"))
    yield assembly("single", "empty piece", 8, (0, ""), (3, ""))
    yield assembly("single", "empty last piece ends at once", 8, (0, "", True))
    yield assembly("single", "byte and end", 8, (0, "a", True), (0, "a", True))
    yield assembly("single", "beyond the capacity", 2, (2, "c"), (3, "d"), (1000, "x", False), (0, "ab"))
    yield assembly("single", "old bytes", 8, (0, "abc"), "read", (0, "abc"), (1, "b"), (0, "a"))
    yield assembly("single", "the end comes first and fits not", 8, (4, "", True), (0, "abc"), (3, "d"))
    yield assembly("single", "the end comes first and fits", 8, (3, "", True), (0, "abc"))
    yield assembly("single", "the end comes last and empty", 8, (0, "abc"), (3, "", True))
    yield assembly("single", "every byte is data", 256, (0, "".join(map(chr, range(256))), True))

    yield assembly("cap", "all within", 2, (0, "ab"), "read", (2, "cd"), "read", (4, "ef"))
    yield assembly("cap", "behind the window", 2, (0, "ab"), (2, "cd"), "read", (2, "cd"))
    yield assembly("cap", "half within", 1, (0, "ab"), (0, "ab"), "read", (0, "abc"), "read", (0, "abc"))
    yield assembly("cap", "kept bytes are cut at the capacity", 3, (1, "bcdef"), (0, "a"), "read", (3, "def"))
    yield assembly("cap", "a cut last piece does not finish", 3, (0, "abcd", True), "read", (3, "d", True))
    yield assembly("cap", "a cut last piece that came too early", 3, (1, "bcd", True), (0, "a"), "read", (3, "d", True))
    yield assembly("cap", "indices at the top", 3, (U64 - 1, "a"), (U64 - 2, "ab", True), (U64 - 2, "a", True), (0, "abc"))
    yield assembly("cap", "all of it in use", 8, (0, "ab"), (4, "efgh"), (3, "defghi"), (2, "c"))
    yield assembly("cap", "holes at both ends", 6, (5, "fgh"), (1, "b"), (0, "a"), (2, "cde"), "read", (6, "gh", True))
    yield assembly("cap", "no capacity", 0, (0, "a"), (0, "", True))

    yield assembly("seq", "in order", 65000, *[(i * 4, "abcd") for i in range(16)])
    yield assembly("seq", "in order with reads", 8, *[x for i in range(16) for x in ((i * 4, "wxyz"), "read")])
    yield assembly("seq", "in order with an end", 64, (0, "ab"), (2, "cd"), (4, "ef", True))

    yield assembly("dup", "the same again", 65000, (0, "abcd"), (0, "abcd"), "read", (0, "abcd"), "read")
    yield assembly("dup", "the same of several again", 65000, (0, "abcd"), (4, "efgh"), (0, "abcd"), (4, "efgh"), (2, "cdef"))
    rng = random.Random(2)
    yield assembly("dup", "any old part again", 65000, (0, "abcdefgh"), "read", *[(a, "abcdefgh"[a : rng.randrange(a, 9)]) for a in (rng.randrange(8) for _ in range(100))])
    yield assembly("dup", "old and new together", 65000, (0, "abcd"), (0, "abcdef"), (2, "cdefgh", True))

    yield assembly("holes", "one hole", 65000, (1, "b"), (0, "a"))
    yield assembly("holes", "a hole and the end", 65000, (1, "b", True), (0, "a"))
    yield assembly("holes", "filled from the back", 65000, (3, "d", True), (2, "c"), (1, "b"), (0, "a"))
    yield assembly("holes", "filled two at a time", 65000, (1, "b"), (3, "d"), (0, "abc"), (5, "f", True), (4, "e"))
    yield assembly("holes", "filled by the whole", 65000, (1, "b"), (3, "d"), (6, "gh"), (0, "abcdefgh", True))
    yield assembly("holes", "an empty end behind a hole", 65000, (2, "", True), (1, "b"), (0, "a"))
    yield assembly("holes", "holes behind what was read", 8, (0, "ab"), "read", (4, "e"), (6, "g"), (2, "cdef"), "read", (7, "h", True))

    text = "abcdefghijklmnop"
    for test, pieces in {
        "left edge": [(2, 5), (1, 3)], "right edge": [(2, 5), (4, 7)], "inside": [(2, 8), (3, 6)], "around": [(3, 6), (2, 8)],
        "the same": [(2, 5), (2, 5)], "between two": [(1, 3), (6, 8), (2, 7)], "touching two": [(1, 3), (6, 8), (3, 6)],
        "over several": [(1, 2), (4, 5), (7, 8), (10, 11), (2, 9)], "around several": [(1, 2), (4, 5), (7, 8), (1, 12)],
        "into what was pushed": [(0, 3), (4, 6), (1, 5)], "steps to the left": [(9, 12), (7, 11), (5, 9), (3, 7), (1, 4)],
        "steps to the right": [(1, 4), (3, 6), (5, 8), (7, 11), (10, 13)],
    }.items():
        yield assembly("overlapping", test, 65000, *[(a, text[a:b]) for a, b in pieces], (0, text, True))
        yield assembly("overlapping", test + ", small", 8, *[(a, text[a:b]) for a, b in pieces], (0, text[:1]), "read", (0, text, True), "read", (8, text[8:], True))

    yield assembly("overlapping", "zero bytes", 64, (2, "\0\0"), (1, "\0"), (5, "\0"), (0, "\0\0\0\0\0\0", True))

    for seed in range(32):
        rng = random.Random(seed)
        pieces, at = [], 0
        for _ in range(128):
            size = rng.randrange(1, 24)
            start = max(0, at - rng.randrange(0, 12))
            pieces.append((start, at + size))
            at += size
        whole = "".join(chr(rng.randrange(256)) for _ in range(at))
        rng.shuffle(pieces)
        inserts = [(a, whole[a:b], b == at) for a, b in pieces]
        yield assembly("win", f"shuffle {seed}", 65000 if seed % 2 else at, *inserts)
    for seed in range(8):
        rng = random.Random(100 + seed)
        case = Case("reassembler_win", f"a small window, {seed}", "Reassembler", capacity=37)
        model = ReassemblerModel(case, 37, brief=True)
        whole = "".join(chr(rng.randrange(256)) for _ in range(400))
        while not (model.closed() and model.popped == len(whole)):
            a = max(0, min(len(whole), model.pushed + rng.randrange(-20, 45)))
            b = min(len(whole), a + rng.randrange(0, 30))
            model.insert(a, whole[a:b], b == len(whole))
            model.pop(rng.randrange(0, 30))
        yield case


# ---- wrapping integers


def closest(raw, zero, checkpoint):
    low = (raw - zero) % 2**32
    around = checkpoint // 2**32
    return min((low + 2**32 * i for i in range(max(0, around - 1), around + 2)), key=lambda x: abs(x - checkpoint))


def wraps():
    case = Case("wrapping_integers_cmp", "equality", "Wrap32")
    rng = random.Random(3)
    for a, b in [(0, 0), (0, 1), (2**32 - 1, 2**32 - 1), (2**32 - 1, 0), (2**31, 2**31)] + [(rng.getrandbits(32), rng.getrandbits(32)) for _ in range(200)]:
        case.expect("equal", a == b, a=a, b=b).expect("equal", True, a=a, b=a).expect("equal", False, a=a, b=a ^ 1)
    yield case

    case = Case("wrapping_integers_wrap", "zero plus n, modulo 2^32", "Wrap32")
    for n, zero in [(3 * 2**32, 0), (3 * 2**32 + 17, 15), (7 * 2**32 - 2, 15), (0, 0), (U64 - 1, 1)] + [(rng.getrandbits(64), rng.getrandbits(32)) for _ in range(200)]:
        case.expect("wrap", (n + zero) % 2**32, n=n, zero=zero)
    yield case

    case = Case("wrapping_integers_unwrap", "closest to the checkpoint", "Wrap32")
    fixed = [(1, 0, 0), (1, 0, 2**32 - 1), (2**32 - 2, 0, 3 * 2**32), (2**32 - 10, 0, 3 * 2**32), (2**32 - 1, 10, 3 * 2**32), (2**32 - 1, 0, 0), (16, 16, 0), (15, 16, 0),
             (0, 2**31 - 1, 0), (2**32 - 1, 2**31 - 1, 0), (2**32 - 1, 2**31, 0)]
    for raw, zero, checkpoint in fixed + [(rng.getrandbits(32), rng.getrandbits(32), rng.getrandbits(rng.randrange(1, 63))) for _ in range(500)]:
        case.expect("unwrap", closest(raw, zero, checkpoint), raw=raw, zero=zero, checkpoint=checkpoint)
    yield case

    case = Case("wrapping_integers_roundtrip", "there and back", "Wrap32")
    for _ in range(500):
        value = rng.getrandbits(rng.randrange(33, 62))
        case.expect("roundtrip", zero=rng.getrandbits(32), value=value, checkpoint=max(0, value + rng.randrange(-(2**31) + 1, 2**31)))
    yield case

    case = Case("wrapping_integers_extra", "sweeps", "Wrap32")
    for middle in (2**32, 2 * 2**32):
        for zero in (0, 5, 2**31, 2**32 - 1):
            case.expect("roundtrip_checkpoints", value=middle, zero=zero, **{"from": middle - 50_000, "to": middle + 50_000})
            case.expect("roundtrip_values", checkpoint=middle, zero=zero, **{"from": middle - 50_000, "to": middle + 50_000})
    case.expect("roundtrip_values", checkpoint=0, zero=9, **{"from": 0, "to": 1000})
    yield case


# ---- receiver


def receiver(suite, test, isn=7000, capacity=4000):
    case = Case("recv_" + suite, test, "TCPReceiver", capacity=capacity)
    case.isn = isn
    return case


def segment(case, offset, data="", syn=False, fin=False, rst=False, has_ackno=True):
    """Offset counts from the initial number."""
    return case.op("segment", seqno=(case.isn + offset) % 2**32, syn=syn, data=data, fin=fin, rst=rst, then_has_ackno=has_ackno)


def acked(case, offset, window=None):
    case.expect("ackno", (case.isn + offset) % 2**32)
    return case.state(window_size=window) if window is not None else case


def no_ackno(case):
    return case.expect("ackno", None).state(has_ackno=False)


def receivers():
    rng = random.Random(4)
    for capacity, window in ((0, 0), (50, 50), (65535, 65535), (65536, 65535), (65540, 65535), (10_000_000, 65535)):
        yield no_ackno(receiver("connect", f"window of {capacity}", capacity=capacity).state(window_size=window))
    for isn in (0, 89347598, 2**32 - 1, rng.getrandbits(32)):
        yield acked(segment(no_ackno(receiver("connect", f"syn at {isn}", isn)), 0, syn=True), 1).state(bytes_pending=0, bytes_pushed=0, is_closed=False, rst=False)
    yield no_ackno(segment(receiver("connect", "data before the syn"), 1, "hello", has_ackno=False)).state(bytes_pushed=0, bytes_pending=0)
    yield no_ackno(segment(receiver("connect", "fin before the syn"), 1, fin=True, has_ackno=False)).state(is_closed=False)
    case = segment(segment(receiver("connect", "fin before the syn, then the syn"), 1, fin=True, has_ackno=False), 0, syn=True)
    yield acked(case, 1).state(is_closed=False)
    yield acked(segment(receiver("connect", "syn and fin"), 0, syn=True, fin=True), 2).state(is_closed=True, is_finished=True)
    yield acked(segment(segment(receiver("connect", "syn twice"), 0, syn=True), 0, syn=True), 1)

    case = acked(segment(receiver("transmit", "two pieces"), 0, syn=True), 1)
    acked(segment(case, 1, "abcd"), 5, 3996).op("read_all", data="abcd")
    yield acked(segment(case, 5, "efgh"), 9, 3996).state(bytes_pushed=8).op("read_all", data="efgh").state(window_size=4000)
    case = segment(receiver("transmit", "many pieces", 2**32 - 500), 0, syn=True)
    at = 1
    for i in range(250):
        data = letters(rng, rng.randrange(1, 20))
        segment(case, at, data)
        at += len(data)
        acked(case, at, 4000 - len(data)).state(bytes_pushed=at - 1, bytes_pending=0).op("read_all", data=data)
    yield case
    case = segment(receiver("transmit", "a number one before the stream"), 0, syn=True)
    segment(case, 0, "x")
    yield acked(segment(case, 1, "a"), 2).state(bytes_pushed=1, bytes_pending=0).op("read_all", data="a")
    case = segment(receiver("transmit", "ackno near its position"), 0, syn=True)
    segment(case, 1, "ab")
    yield case.expect("ackno_between", isn=case.isn, checkpoint=0, min=3, max=3).expect("ackno_between", isn=case.isn, checkpoint=2**32, min=2**32 + 3, max=2**32 + 3)

    case = acked(segment(receiver("window", "falls and rises"), 0, syn=True), 1, 4000)
    acked(segment(case, 1, "a" * 4000), 4001, 0).op("pop", len=1).state(window_size=1).op("pop", len=999).state(window_size=1000)
    yield acked(segment(case, 4001, "b" * 1001), 5001, 0)
    case = acked(segment(receiver("window", "what came too early takes nothing"), 0, syn=True), 1, 4000)
    yield acked(segment(case, 5, "efgh"), 1, 4000).state(bytes_pending=4).op("pop", len=0)
    case = segment(receiver("window", "cut on the right", capacity=2), 0, syn=True)
    yield acked(segment(case, 1, "abcd"), 3, 0).state(bytes_pushed=2, bytes_pending=0).op("read_all", data="ab")
    case = segment(receiver("window", "behind the window", capacity=2), 0, syn=True)
    yield acked(segment(case, 3, "cd"), 1, 2).state(bytes_pending=0)
    case = segment(receiver("window", "before the window", capacity=4), 0, syn=True)
    acked(segment(case, 1, "ab"), 3).op("read_all", data="ab")
    yield acked(segment(case, 1, "ab"), 3, 4).state(bytes_pushed=2, bytes_pending=0)

    case = segment(receiver("reorder", "a hole"), 0, syn=True)
    acked(segment(case, 3, "cd"), 1).state(bytes_pending=2, buffer_empty=True)
    yield acked(segment(case, 1, "ab"), 5).state(bytes_pending=0).op("read_all", data="abcd")
    case = segment(receiver("reorder", "many holes"), 0, syn=True)
    for i, char in ((5, "e"), (3, "c"), (7, "g")):
        acked(segment(case, i, char), 1)
    acked(segment(case, 2, "b"), 1).state(bytes_pending=4)
    acked(segment(case, 1, "a"), 4).state(bytes_pending=2).op("read_all", data="abc")
    acked(segment(case, 4, "def"), 8)
    yield acked(segment(case, 1, "abcdefgh", fin=True), 10).op("read_all", data="defgh").state(is_finished=True)
    for seed in range(6):
        rng = random.Random(seed)
        case = segment(receiver("reorder_more", f"shuffle {seed}", rng.getrandbits(32)), 0, syn=True)
        text = letters(rng, 1000)
        pieces = [(a, min(1000, a + rng.randrange(1, 40))) for a in range(0, 1000, 10)]
        pieces = [(a, max(b, a + 10)) for a, b in pieces]
        rng.shuffle(pieces)
        got = set()
        for a, b in pieces:
            segment(case, 1 + a, text[a:b], fin=b == 1000)
            got |= set(range(a, b))
            pushed = next(i for i in range(1001) if i not in got)
            acked(case, 1 + pushed + (pushed == 1000), 4000 - pushed).state(bytes_pending=len(got) - pushed, bytes_pushed=pushed)
        yield case.op("read_all", data=text).state(is_finished=True)

    case = segment(receiver("close", "fin"), 0, syn=True)
    yield acked(segment(case, 1, fin=True), 2).state(is_closed=True, bytes_pushed=0)
    case = segment(receiver("close", "fin again"), 0, syn=True)
    acked(segment(case, 1, "a", fin=True), 3).op("read_all", data="a")
    yield acked(segment(segment(case, 2, fin=True), 1, "a", fin=True), 3).state(is_finished=True, bytes_pushed=1)

    yield acked(segment(receiver("special", "data with the syn"), 0, "Hello", syn=True), 6).op("read_all", data="Hello")
    case = segment(receiver("special", "fin waits for the data"), 0, syn=True)
    acked(segment(case, 2, "b", fin=True), 1).state(is_closed=False, bytes_pending=1)
    yield acked(segment(case, 1, "a"), 4).state(is_closed=True).op("read_all", data="ab").state(is_finished=True)
    yield acked(segment(receiver("special", "syn, data and fin at once"), 0, "Hi", syn=True, fin=True), 4).op("read_all", data="Hi").state(is_finished=True)
    case = acked(segment(segment(receiver("special", "full", capacity=3), 0, syn=True), 1, "abcde", fin=True), 4, 0).state(is_closed=False)
    case.op("read_all", data="abc").state(window_size=3)
    yield acked(segment(case, 4, "de", fin=True), 7).op("read_all", data="de").state(is_finished=True)
    yield acked(segment(segment(receiver("special", "zero bytes"), 0, syn=True), 1, "\0a\0\0"), 5).op("read_all", data="\0a\0\0")
    case = segment(segment(receiver("special", "reset"), 0, syn=True).state(has_error=False, rst=False), 1, rst=True)
    yield case.state(has_error=True, rst=True)
    yield segment(receiver("special", "reset before the syn, whatever its number"), 123456, rst=True, has_ackno=False).state(has_error=True, rst=True)
    yield segment(receiver("special", "the reader gives up"), 0, syn=True).op("set_error").state(rst=True, has_error=True)
    case = segment(receiver("special", "beyond 2^16 bytes", 2**32 - 70_000, 65535), 0, syn=True)
    for i in range(5):
        data = chr(ord("a") + i) * 20_000
        acked(segment(case, 1 + 20_000 * i, data), 1 + 20_000 * (i + 1), 45_535).op("read_all", data=data).state(window_size=65535)
    yield case.state(bytes_pushed=100_000)


# ---- sender


def sender(suite, test, isn=1000, rto=1000, capacity=64000):
    case = Case("send_" + suite, test, "TCPSender", rto_ms=rto, isn=isn, send_capacity=capacity)
    case.isn = isn
    return case


def push(case, data="", close=False):
    return case.op("push", data=data, close=close)


def ack(case, offset, window=137, rst=False, then_push=True):
    """Offset counts from the initial number; None: no ackno."""
    return case.op("receive", ackno=None if offset is None else (case.isn + offset) % 2**32, window=window, rst=rst, then_push=then_push)


def sent(case, offset, data="", syn=False, fin=False, rst=False):
    return case.expect("message", seqno=(case.isn + offset) % 2**32, syn=syn, fin=fin, rst=rst, data=data, payload_size=len(data))


def nothing(case, flight=None):
    case.expect("no_message")
    return case.state(sequence_numbers_in_flight=flight) if flight is not None else case


def numbered(case, offset):
    return case.state(next_seqno=(case.isn + offset) % 2**32)


def tick(case, ms, exceeded=False):
    return case.op("tick", ms=ms, then_max_retx_exceeded=exceeded)


def connected(suite, test, window=137, **params):
    return nothing(ack(nothing(sent(push(sender(suite, test, **params)), 0, syn=True), 1), 1, window), 0)


def senders():
    case = numbered(sender("connect", "the syn goes out alone"), 0).state(sequence_numbers_in_flight=0)
    yield numbered(nothing(sent(push(case), 0, syn=True), 1), 1)
    yield numbered(nothing(sent(push(sender("connect", "the syn leaves data behind"), "hello", True), 0, syn=True), 1), 1)
    yield numbered(connected("connect", "the syn is acknowledged", isn=2**32 - 1), 1)
    case = nothing(sent(push(sender("connect", "a wrong acknowledgment"), "abc"), 0, syn=True), 1)
    yield nothing(ack(case, 0, 1), 1)
    yield nothing(sent(push(connected("connect", "data after the handshake"), "abcdefgh"), 1, "abcdefgh"), 8)

    yield numbered(nothing(sent(sent(push(push(connected("transmit", "each push sends at once"), "ab"), "cd"), 1, "ab"), 3, "cd"), 4), 5)
    case = connected("transmit", "many short writes, acknowledged at once", 65535, isn=2**32 - 3000)
    for i in range(1500):
        sent(push(case, "abcdefghij"[i % 10]), 1 + i, "abcdefghij"[i % 10])
        ack(case, 2 + i, 65535)
    yield nothing(case, 0)
    case = connected("transmit", "many short writes, acknowledged late", 65535)
    for i in range(500):
        sent(push(case, "xy"), 1 + 2 * i, "xy").state(sequence_numbers_in_flight=2 * i + 2)
    yield nothing(ack(nothing(case, 1000), 1001), 0)
    case = push(connected("transmit", "the window counts over writes", 3), "01")
    case = push(sent(case, 1, "01"), "23")
    yield nothing(ack(nothing(sent(case, 3, "2"), 3), 4, 0, then_push=False), 0)
    text = "".join(chr(ord("a") + i % 26) for i in range(3500))
    case = push(connected("transmit", "messages of a thousand bytes", 65535), text)
    for at in (0, 1000, 2000, 3000):
        sent(case, 1 + at, text[at : at + 1000])
    yield nothing(case, 3500)

    case = nothing(sent(push(sender("retx", "the syn comes again, later each time", rto=100)), 0, syn=True))
    for doubling in range(8):
        nothing(tick(case, 100 * 2**doubling - 1))
        sent(tick(case, 1), 0, syn=True).state(consecutive_retransmissions=doubling + 1, sequence_numbers_in_flight=1)
    nothing(tick(case, 100 * 2**8 - 1))
    yield sent(tick(case, 1, exceeded=True), 0, syn=True).state(consecutive_retransmissions=9)
    case = sent(tick(sent(push(sender("retx", "an acknowledgment makes the time short again", rto=100)), 0, syn=True), 100), 0, syn=True)
    sent(push(ack(case, 1), "abc"), 1, "abc").state(consecutive_retransmissions=0)
    nothing(tick(case, 99))
    sent(tick(case, 1), 1, "abc")
    nothing(tick(case, 199))
    yield sent(tick(case, 1), 1, "abc").state(consecutive_retransmissions=2)
    case = sent(sent(push(push(connected("retx", "only the oldest comes again", rto=50), "ab"), "cd"), 1, "ab"), 3, "cd")
    nothing(sent(tick(case, 50), 1, "ab"), 4)
    yield nothing(sent(tick(nothing(ack(case, 3), 2), 50), 3, "cd"))
    yield nothing(tick(tick(connected("retx", "nothing outstanding, no timer", rto=50), 10_000), 2**64 - 1)).state(consecutive_retransmissions=0)
    case = connected("retx", "giving up on data", rto=10)
    sent(push(case, "a"), 1, "a")
    for i in range(8):
        sent(tick(case, 10 * 2**i), 1, "a")
    yield sent(tick(case, 10 * 2**8, exceeded=True), 1, "a")

    case = push(connected("window", "the first window is kept", 4), "abcdefg")
    yield nothing(sent(ack(nothing(sent(case, 1, "abcd"), 4), 5, 3), 5, "efg"), 3)
    case = push(connected("window", "a window of nothing counts as one", 0), "abc")
    yield nothing(sent(ack(nothing(sent(case, 1, "a"), 1), 2, 0), 2, "b"), 1)
    case = push(connected("window", "no room for the fin", 3), "abc", True)
    yield nothing(sent(ack(nothing(sent(case, 1, "abc"), 3), 4, 1), 4, fin=True), 1)
    case = push(connected("window", "no room for the fin until the window grows", 3), "abc", True)
    yield nothing(sent(ack(nothing(sent(case, 1, "abc"), 3), 1, 4), 4, fin=True), 4)
    yield nothing(sent(push(connected("window", "the fin rides along", 4), "abc", True), 1, "abc", fin=True), 4)
    case = ack(push(nothing(sent(push(connected("window", "the window shrinks", 10), "abcdef"), 1, "abcdef")), "gh"), 1, 3)
    yield sent(case, 7, "gh")
    case = nothing(sent(ack(push(connected("window", "a window is refilled piece by piece", 5), "abcdefghij"), 1, 5), 1, "abcde"), 5)
    yield nothing(sent(ack(case, 3, 5, then_push=True), 6, "fg"), 7)
    for seed in range(24):
        rng = random.Random(seed)
        window = rng.randrange(1, 3000)
        size = rng.randrange(0, 5000)
        case = push(connected("window", f"any window, {seed}", window, isn=rng.getrandbits(32)), text[:100] * (size // 100), True)
        yield drain(case, text[:100] * (size // 100), window, rng)

    case = sent(push(connected("ack", "the same again"), "a"), 1, "a")
    yield nothing(ack(ack(ack(case, 2), 2), 2), 0)
    case = sent(push(ack(sent(push(connected("ack", "an old one"), "a"), 1, "a"), 2), "b"), 2, "b")
    yield nothing(sent(tick(nothing(ack(case, 1), 1), 1000), 2, "b"), 1)
    case = sent(push(connected("ack", "one of what was never sent"), "a"), 1, "a")
    yield numbered(nothing(ack(ack(case, 3), 17), 1), 2)
    case = nothing(sent(push(sender("ack", "one before the syn was sent")), 0, syn=True), 1)
    yield nothing(ack(case, 2), 1)

    case = nothing(sent(push(connected("close", "fin"), "", True), 1, fin=True), 1)
    yield numbered(nothing(ack(case, 2), 0), 2)
    case = nothing(sent(push(connected("close", "fin again", rto=20), "", True), 1, fin=True), 1)
    case = nothing(sent(tick(nothing(tick(case, 19)), 1), 1, fin=True), 1)
    yield nothing(tick(nothing(ack(case, 2), 0), 10_000))
    yield nothing(sent(sent(push(push(connected("close", "data, then fin"), "ab"), "", True), 1, "ab"), 3, fin=True), 3)
    case = ack(sender("close", "syn and fin at once"), None, 1024, then_push=False)
    yield numbered(nothing(sent(push(case, "", True), 0, syn=True, fin=True), 2), 2)
    case = nothing(sent(push(connected("close", "fin is not acknowledged by its data"), "a", True), 1, "a", fin=True), 2)
    yield nothing(sent(tick(nothing(ack(case, 2), 2), 1000), 1, "a", fin=True), 2)
    yield nothing(push(push(sent(push(connected("close", "one fin only"), "", True), 1, fin=True), "x"), "", True), 1)

    case = sent(push(tick(sent(push(connected("extra", "a new message does not restart the timer", rto=100), "a"), 1, "a"), 60), "b"), 2, "b")
    yield nothing(sent(tick(nothing(tick(case, 39)), 1), 1, "a"))
    case = tick(sent(push(connected("extra", "late rather than never", rto=100), "a"), 1, "a"), 5000)
    yield nothing(sent(tick(nothing(tick(nothing(sent(case, 1, "a")), 199)), 1), 1, "a"))
    case = sent(push(sent(push(connected("extra", "a new acknowledgment restarts the timer", rto=100), "a"), 1, "a"), "b"), 2, "b")
    case = tick(ack(tick(case, 60), 2), 99)
    yield sent(tick(nothing(case), 1), 2, "b")
    case = tick(ack(tick(sent(push(connected("extra", "an old acknowledgment does not restart it", rto=100), "a"), 1, "a"), 60), 1), 39)
    yield sent(tick(nothing(case), 1), 1, "a")
    case = sent(push(connected("extra", "a closed window does not double the time", 0, rto=100), "ab"), 1, "a")
    for _ in range(12):
        nothing(tick(case, 99))
        sent(tick(case, 1), 1, "a").state(consecutive_retransmissions=0)
    yield case
    case = sent(ack(sent(push(connected("extra", "fin into a closed window", 3), "abc", True), 1, "abc"), 4, 0), 4, fin=True)
    for _ in range(3):
        sent(tick(nothing(tick(case, 999)), 1), 4, fin=True).state(consecutive_retransmissions=0)
    yield nothing(case, 1)
    case = nothing(push(sent(push(connected("extra", "a full window is kept", 3), "abc"), 1, "abc"), "d"), 3)
    yield sent(ack(case, 4, 3), 4, "d")
    case = push(connected("extra", "fin on the last message only", 65535), text[:2500], True)
    yield nothing(sent(sent(sent(case, 1, text[:1000]), 1001, text[1000:2000]), 2001, text[2000:2500], fin=True), 2501)
    yield nothing(sent(push(connected("extra", "a full payload and the fin", 1001), text[:1000], True), 1, text[:1000], fin=True), 1001)
    yield nothing(sent(push(connected("extra", "a full payload and no room for the fin", 1000), text[:1000], True), 1, text[:1000]), 1000)
    case = ack(sender("extra", "syn with a full payload and the fin"), None, 1002, then_push=False)
    yield nothing(sent(push(case, text[:1000], True), 0, text[:1000], syn=True, fin=True), 1002)
    case = ack(sender("extra", "syn with as much as fits"), None, 4, then_push=False)
    yield nothing(sent(ack(nothing(sent(push(case, "abcdef", True), 0, "abc", syn=True), 4), 4, 9), 4, "def", fin=True), 4)
    case = sent(tick(sent(push(connected("extra", "an impossible acknowledgment leaves the time", rto=100), "a"), 1, "a"), 100), 1, "a")
    yield sent(tick(nothing(tick(ack(case, 9), 199)), 1), 1, "a").state(consecutive_retransmissions=2)
    case = sent(push(connected("extra", "no ackno, only a window", 1), "ab"), 1, "a")
    yield nothing(sent(ack(case, None, 5), 2, "b"), 2)
    case = sent(push(connected("extra", "the stream breaks off"), "a"), 1, "a").state(rst=False, has_error=False)
    case = case.op("set_error").state(rst=True, has_error=True)
    yield sent(tick(sent(push(case, "b"), 2, "b", rst=True), 1000), 1, "a", rst=True)
    yield ack(connected("extra", "the peer resets"), 1, rst=True).state(has_error=True, rst=True)
    yield ack(sender("extra", "the peer resets before the syn"), None, rst=True).state(has_error=True, rst=True)
    case = ack(sent(push(connected("extra", "the stream is smaller than what is written", 10, capacity=4), "abcdef"), 1, "abcd"), 5, 10)
    yield nothing(sent(push(case, "xyz"), 5, "xyz"), 3)
    case = push(connected("extra", "what was sent makes room in the stream", 6, capacity=4), "abcd")
    yield nothing(sent(push(sent(case, 1, "abcd"), "efgh"), 5, "ef"), 6)


def drain(case, data, window, rng):
    """All of data and a FIN, with acknowledgments of all that was sent and another window each time."""
    at, fin = 0, False
    while True:
        room, first = max(window, 1), at
        while room > 0 and not fin:
            size = min(room, 1000, len(data) - at)
            fin = at + size == len(data) and size < room
            if size == 0 and not fin:
                break
            sent(case, 1 + at, data[at : at + size], fin=fin)
            at += size
            room -= size + fin
        nothing(case, at - first + fin)
        if fin:
            return nothing(ack(case, at + 2), 0)
        window = rng.randrange(0, 3000)
        ack(case, at + 1, window)


# ---- Ethernet and IPv4


def checksum(data):
    total = sum(int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def address(text):
    return bytes(map(int, text.split(".")))


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def ip(source, destination, payload=b"hello", ttl=64, options=b""):
    size = 20 + len(options)
    header = bytes([0x40 | size // 4, 0]) + (size + len(payload)).to_bytes(2, "big") + bytes([0, 0, 0x40, 0, ttl, 6, 0, 0]) + address(source) + address(destination) + options
    return header[:10] + checksum(header).to_bytes(2, "big") + header[12:] + payload


def ethernet(destination, source, kind, payload):
    return (mac(destination) + mac(source) + kind.to_bytes(2, "big") + payload).hex()


def arp(operation, sender_mac, sender_ip, target_mac, target_ip):
    return bytes([0, 1, 8, 0, 6, 4, 0, operation]) + mac(sender_mac) + address(sender_ip) + mac(target_mac) + address(target_ip)


ALL, NONE, US, PEER, OTHER = "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"
OUR_IP, PEER_IP, OTHER_IP, FAR = "10.0.0.1", "10.0.0.2", "10.0.0.3", "192.0.2.9"


def interface(test):
    return Case("net_interface", test, "NetworkInterface", mac=US, ip=OUR_IP)


def asks(case, who=PEER_IP):
    return case.expect("frame", frame=ethernet(ALL, US, 0x0806, arp(1, US, OUR_IP, NONE, who)))


def sends(case, datagram, who=PEER_IP):
    return case.op("send_datagram", next_hop=who, datagram=datagram.hex())


def carries(case, datagram, to=PEER):
    return case.expect("frame", frame=ethernet(to, US, 0x0800, datagram))


def hears(case, frame, up=None):
    return case.op("receive_frame", frame=frame, then_datagram=None if up is None else up.hex())


def replies(case, who=PEER_IP, where=PEER, to=US):
    return hears(case, ethernet(to, where, 0x0806, arp(2, where, who, US, OUR_IP)))


def quiet(case):
    return case.expect("no_frame")


def interfaces():
    a, b, c = ip("5.6.7.8", FAR, b"a"), ip("5.6.7.8", FAR, b"bb"), ip("5.6.7.8", FAR, b"ccc")
    case = asks(sends(quiet(interface("asks, and sends when answered")), a))
    yield quiet(carries(sends(quiet(carries(replies(quiet(case)), a)), b), b))
    case = quiet(sends(sends(asks(sends(interface("datagrams wait in order, and go once"), a)), b), c))
    yield quiet(replies(quiet(carries(carries(carries(replies(case), a), b), c))))
    case = asks(sends(asks(sends(interface("each neighbour has its own question"), a)), b, OTHER_IP), OTHER_IP)
    yield quiet(carries(replies(quiet(carries(replies(case, OTHER_IP, OTHER), b, OTHER)), PEER_IP), a))
    request = ethernet(ALL, PEER, 0x0806, arp(1, PEER, PEER_IP, NONE, OUR_IP))
    case = hears(interface("answers a question for itself"), request)
    answer = ethernet(PEER, US, 0x0806, arp(2, US, OUR_IP, PEER, PEER_IP))
    yield quiet(case.expect("frame", frame=answer))
    yield quiet(carries(sends(hears(interface("learns from a question for another"), ethernet(ALL, PEER, 0x0806, arp(1, PEER, PEER_IP, NONE, OTHER_IP))), a), a))
    yield quiet(carries(sends(hears(interface("learns from an answer that nobody asked for"), ethernet(US, PEER, 0x0806, arp(2, PEER, PEER_IP, US, OUR_IP))), a), a))
    yield quiet(carries(sends(hears(interface("learns from an answer to all"), ethernet(ALL, PEER, 0x0806, arp(2, PEER, PEER_IP, OTHER, OTHER_IP))), a), a))
    case = asks(sends(interface("a question releases what waits for the asker"), a))
    case = hears(case, ethernet(ALL, PEER, 0x0806, arp(1, PEER, PEER_IP, NONE, OTHER_IP)))
    yield quiet(carries(case, a))
    yield quiet(asks(sends(quiet(hears(interface("learns nothing from frames for others"), ethernet(OTHER, PEER, 0x0806, arp(2, PEER, PEER_IP, OTHER, OTHER_IP)))), a)))

    case = quiet(sends(quiet(sends(asks(sends(interface("asks once in five seconds"), a)), b)).op("tick", ms=4990), c))
    yield quiet(asks(sends(quiet(case.op("tick", ms=20)), a)))
    case = quiet(asks(sends(interface("what waited too long is dropped"), a)).op("tick", ms=5010))
    yield quiet(carries(replies(asks(sends(case, b))), b))
    case = quiet(replies(quiet(asks(sends(interface("an answer that is too late sends nothing"), a)).op("tick", ms=6000))))
    yield quiet(carries(sends(case, b), b))
    case = replies(interface("an address is known for thirty seconds"))
    yield quiet(asks(sends(carries(sends(case.op("tick", ms=29990), a), a).op("tick", ms=20), b)))
    case = replies(interface("another sighting makes it thirty seconds again"))
    case = replies(case.op("tick", ms=20000))
    yield quiet(asks(sends(carries(sends(case.op("tick", ms=29000), a), a).op("tick", ms=2000), b)))
    case = replies(replies(interface("a neighbour moves")), PEER_IP, OTHER)
    yield quiet(carries(sends(case, a), a, OTHER))

    up = ip(FAR, OUR_IP, b"payload")
    yield quiet(hears(interface("a datagram goes up"), ethernet(US, PEER, 0x0800, up), up))
    yield quiet(hears(interface("a datagram to all goes up"), ethernet(ALL, PEER, 0x0800, up), up))
    yield quiet(hears(interface("a datagram for another station does not"), ethernet(OTHER, PEER, 0x0800, up)))
    yield quiet(hears(interface("padding is taken off"), ethernet(US, PEER, 0x0800, ip(FAR, OUR_IP, b"x") + bytes(25)), ip(FAR, OUR_IP, b"x")))
    wrong = bytearray(up)
    wrong[10] ^= 1
    yield quiet(hears(interface("a wrong checksum does not go up"), ethernet(US, PEER, 0x0800, bytes(wrong))))
    yield quiet(hears(interface("a cut datagram does not go up"), ethernet(US, PEER, 0x0800, up[:-1])))
    yield quiet(hears(hears(interface("other types are nobody's"), ethernet(US, PEER, 0x86DD, up)), "0200"))
    for test, at, value in (("hardware", 1, 6), ("protocol", 2, 0x86), ("hardware size", 4, 8), ("protocol size", 5, 16), ("operation", 7, 3)):
        message = bytearray(arp(1, PEER, PEER_IP, NONE, OUR_IP))
        message[at] = value
        yield quiet(asks(sends(quiet(hears(interface(f"arp of another {test}"), ethernet(US, PEER, 0x0806, bytes(message)))), a)))
    yield quiet(hears(interface("a cut question"), request[:-2]))
    yield quiet(hears(interface("a question with padding"), request + "00" * 18).expect("frame", frame=answer))


# ---- router


def network(test, **flags):
    interfaces = [
        ("default", "171.67.76.46", "upstream"), ("eth0", "10.0.0.1", "eth0_applesauce"), ("eth1", "172.16.0.1", "eth1_cherrypie"),
        ("eth2", "192.168.0.1", "eth2_empty"), ("uun3", "198.178.229.1", "uun"), ("hs4", "143.195.0.2", "hs"), ("mit5", "128.30.76.255", "mit")]
    hosts = [
        ("applesauce", "10.0.0.2", "10.0.0.1", "eth0_applesauce"), ("default_router", "171.67.76.1", None, "upstream"), ("cherrypie", "172.16.0.100", "172.16.0.1", "eth1_cherrypie"),
        ("hs_router", "143.195.0.1", None, "hs"), ("dm42", "198.178.229.42", "198.178.229.1", "uun"), ("dm43", "198.178.229.43", "198.178.229.1", "uun")]
    routes = [
        ("0.0.0.0", 0, "171.67.76.1", "default"), ("10.0.0.0", 8, None, "eth0"), ("172.16.0.0", 16, None, "eth1"), ("192.168.0.0", 24, None, "eth2"),
        ("198.178.229.0", 24, None, "uun3"), ("143.195.0.0", 17, "143.195.0.1", "hs4"), ("143.195.128.0", 18, "143.195.0.1", "hs4"), ("143.195.192.0", 19, "143.195.0.1", "hs4"),
        ("128.30.76.255", 16, "128.30.0.1", "mit5")]
    if flags.get("shuffled"):
        random.Random(5).shuffle(routes)
    if flags.get("no_default"):
        routes = routes[1:]
    return Case(
        "router", test, "Router",
        hosts=[{"name": n, "ip": i, "next_hop": h, "segment": s} for n, i, h, s in hosts],
        interfaces=[{"name": n, "ip": i, "segment": s} for n, i, s in interfaces],
        routes=[{"prefix": p, "len": l, "next_hop": h, "interface": i} for p, l, h, i in routes])


def flow(case, source, datagram, destination=None):
    """A datagram that arrives with one hop less, or nowhere."""
    case.op("host_send", host=source, datagram=datagram.hex())
    if destination:
        arrived = datagram[:8] + bytes([datagram[8] - 1]) + datagram[9:10] + b"\0\0" + datagram[12:]
        arrived = arrived[:10] + checksum(arrived[: (arrived[0] & 15) * 4]).to_bytes(2, "big") + arrived[12:]
        case.expect("host_receives", host=destination, datagram=arrived.hex())
    return case.op("run")


def routers():
    flows = {
        "the default route": ("applesauce", "10.0.0.2", "1.2.3.4", "default_router"),
        "between two networks": ("applesauce", "10.0.0.2", "172.16.0.100", "cherrypie"),
        "and back": ("cherrypie", "172.16.0.100", "10.0.0.2", "applesauce"),
        "out by the interface it came in": ("dm42", "198.178.229.42", "198.178.229.43", "dm43"),
        "into /17": ("applesauce", "10.0.0.2", "143.195.0.129", "hs_router"),
        "the end of /17": ("cherrypie", "172.16.0.100", "143.195.127.255", "hs_router"),
        "into /18": ("cherrypie", "172.16.0.100", "143.195.131.17", "hs_router"),
        "into /19": ("cherrypie", "172.16.0.100", "143.195.193.52", "hs_router"),
        "behind /19": ("cherrypie", "172.16.0.100", "143.195.223.255", "hs_router"),
        "beyond /19": ("cherrypie", "172.16.0.100", "143.195.224.1", "default_router"),
        "a neighbour that does not answer": ("applesauce", "10.0.0.2", "192.168.0.77", None),
        "a next hop that does not answer": ("applesauce", "10.0.0.2", "128.30.1.1", None),
    }
    for shuffled in (False, True):
        for test, (source, a, b, destination) in flows.items():
            yield flow(network(test + (", routes in any order" if shuffled else ""), shuffled=shuffled), source, ip(a, b), destination)
    case = network("several at once")
    for source, a, b, destination in list(flows.values())[:10]:
        flow(case, source, ip(a, b, b"first"), destination)
        flow(case, source, ip(a, b, b"second"), destination)
    yield case
    yield flow(network("no default route", no_default=True), "applesauce", ip("10.0.0.2", "1.2.3.4"))
    for ttl in (0, 1):
        yield flow(network(f"time to live of {ttl}"), "applesauce", ip("10.0.0.2", "172.16.0.100", ttl=ttl))
    yield flow(network("time to live of 2"), "applesauce", ip("10.0.0.2", "172.16.0.100", ttl=2), "cherrypie")
    yield flow(network("time to live of 255"), "applesauce", ip("10.0.0.2", "172.16.0.100", ttl=255), "cherrypie")
    yield flow(network("options are kept"), "applesauce", ip("10.0.0.2", "172.16.0.100", options=b"\x01\x01\x01\x00"), "cherrypie")
    wrong = bytearray(ip("10.0.0.2", "172.16.0.100"))
    wrong[11] ^= 0x55
    yield flow(network("a wrong checksum goes nowhere"), "applesauce", bytes(wrong))

    case = Case(
        "router", "frames in and out", "Router", hosts=[],
        interfaces=[{"name": "in", "ip": "10.0.0.1", "segment": "a", "mac": US}, {"name": "out", "ip": "10.1.0.1", "segment": "b", "mac": OTHER}],
        routes=[{"prefix": "10.1.0.0", "len": 16, "next_hop": None, "interface": "out"}, {"prefix": "10.1.2.0", "len": 24, "next_hop": "10.1.0.9", "interface": "out"},
                {"prefix": "10.1.2.3", "len": 32, "next_hop": None, "interface": "in"}])
    for destination, out, hop, source in (("10.1.0.7", "out", "10.1.0.7", OTHER), ("10.1.2.4", "out", "10.1.0.9", OTHER), ("10.1.2.3", "in", "10.1.2.3", US)):
        ours = "10.1.0.1" if out == "out" else "10.0.0.1"
        case.expect("no_frames")
        case.op("interface_receives", interface="in", frame=ethernet(US, PEER, 0x0800, ip("10.0.0.5", destination, ttl=9)))
        case.expect("interface_sends", interface=out, frame=ethernet(ALL, source, 0x0806, arp(1, source, ours, NONE, hop)))
        case.expect("no_frames")
        case.op("interface_receives", interface=out, frame=ethernet(source, PEER, 0x0806, arp(2, PEER, hop, source, ours)))
        case.expect("interface_sends", interface=out, frame=ethernet(PEER, source, 0x0800, ip("10.0.0.5", destination, ttl=8)))
    case.op("interface_receives", interface="in", frame=ethernet(US, PEER, 0x0800, ip("10.0.0.5", "10.2.0.1")))
    case.op("interface_receives", interface="in", frame=ethernet(OTHER, PEER, 0x0800, ip("10.0.0.5", "10.1.0.7")))
    yield case.expect("no_frames")


if __name__ == "__main__":
    write("byte_stream", byte_streams())
    write("reassembler", reassemblers())
    write("wrapping_integers", wraps())
    write("receiver", receivers())
    write("sender", senders())
    write("net_interface", interfaces())
    write("router", routers())
