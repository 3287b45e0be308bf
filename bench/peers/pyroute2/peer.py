"""Adds or lists kernel objects through pyroute2 in the namespace that it is started in, and prints what the library's own part took:
nanoseconds, 0 (it does not tell its allocations), objects.

    peer.py links|routes|rules add|list COUNT
"""

import sys
import time

from pyroute2 import IPRoute

TABLE = 101


def destination(number):
    number += 1
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}/32"


def work(ipr, kind, verb, count):
    if verb == "list":
        lists = {
            "links": lambda: ipr.get_links(),
            "routes": lambda: ipr.get_routes(family=2, table=TABLE),
            "rules": lambda: ipr.get_rules(family=2),
        }
        return lambda: len(list(lists[kind]()))
    add, requests = {
        "links": (ipr.link, [dict(ifname=f"v{i}", kind="veth", peer={"ifname": f"w{i}"}) for i in range(count)]),
        "routes": (ipr.route, [dict(dst=destination(i), oif=1, scope=253, table=TABLE) for i in range(count)]),
        "rules": (ipr.rule, [dict(priority=1000 + i, fwmark=i + 1, table=TABLE) for i in range(count)]),
    }[kind]

    def run():
        for request in requests:
            add("add", **request)
        return count

    return run


def main():
    kind, verb, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with IPRoute() as ipr:
        run = work(ipr, kind, verb, count)
        start = time.perf_counter_ns()
        objects = run()
        print(time.perf_counter_ns() - start, 0, objects)


main()
