// Adds or lists kernel objects through github.com/vishvananda/netlink in the namespace that it is started in, and prints what the library's own part
// took: nanoseconds, bytes allocated, objects.
//
//	vishvananda links|routes|rules add|list COUNT
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

const table = 101

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: vishvananda links|routes|rules add|list COUNT"))
	}
	count, err := strconv.Atoi(os.Args[3])
	fail(err)
	// One socket for all requests, as a program that cares would do it.
	handle, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	fail(err)

	var work func() int
	switch os.Args[1] + " " + os.Args[2] {
	case "links add":
		work = addLinks(handle, count)
	case "links list":
		work = func() int { links, err := handle.LinkList(); fail(err); return len(links) }
	case "routes add":
		work = addRoutes(handle, count)
	case "routes list":
		work = func() int {
			routes, err := handle.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: table}, netlink.RT_FILTER_TABLE)
			fail(err)
			return len(routes)
		}
	case "rules add":
		work = addRules(handle, count)
	case "rules list":
		work = func() int { rules, err := handle.RuleList(netlink.FAMILY_V4); fail(err); return len(rules) }
	default:
		fail(fmt.Errorf("unknown: %s %s", os.Args[1], os.Args[2]))
	}

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	objects := work()
	elapsed := time.Since(start)
	runtime.ReadMemStats(&after)
	fmt.Println(elapsed.Nanoseconds(), after.TotalAlloc-before.TotalAlloc, objects)
}

func addLinks(handle *netlink.Handle, count int) func() int {
	pairs := make([]*netlink.Veth, count)
	for i := range pairs {
		attributes := netlink.NewLinkAttrs()
		attributes.Name = fmt.Sprintf("v%d", i)
		pairs[i] = &netlink.Veth{LinkAttrs: attributes, PeerName: fmt.Sprintf("w%d", i)}
	}
	return func() int {
		for _, pair := range pairs {
			fail(handle.LinkAdd(pair))
		}
		return len(pairs)
	}
}

func addRoutes(handle *netlink.Handle, count int) func() int {
	routes := make([]*netlink.Route, count)
	for i := range routes {
		destination := &net.IPNet{IP: net.IPv4(10, byte((i+1)>>16), byte((i+1)>>8), byte(i+1)).To4(), Mask: net.CIDRMask(32, 32)}
		routes[i] = &netlink.Route{LinkIndex: 1, Dst: destination, Scope: netlink.SCOPE_LINK, Table: table}
	}
	return func() int {
		for _, route := range routes {
			fail(handle.RouteAdd(route))
		}
		return len(routes)
	}
}

func addRules(handle *netlink.Handle, count int) func() int {
	rules := make([]*netlink.Rule, count)
	for i := range rules {
		rules[i] = netlink.NewRule()
		rules[i].Priority, rules[i].Mark, rules[i].Table = 1000+i, i+1, table
	}
	return func() int {
		for _, rule := range rules {
			fail(handle.RuleAdd(rule))
		}
		return len(rules)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
