// gVisor's netstack on a TUN device of the namespace that it is started in: echo (7), discard (9) and an endless source (19), until it is killed.
//
//	gvisor DEVICE ADDRESS MTU
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/fdbased"
	"gvisor.dev/gvisor/pkg/tcpip/link/tun"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

const (
	nic        = 1
	block      = 1 << 20
	mostBuffer = 4 << 20
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: gvisor DEVICE ADDRESS MTU"))
	}
	mtu, err := strconv.Atoi(os.Args[3])
	fail(err)
	netstack := newStack(os.Args[1], tcpip.Address(net.ParseIP(os.Args[2]).To4()), uint32(mtu))
	serve(netstack, 7, echo)
	serve(netstack, 9, discard)
	serve(netstack, 19, source)
	fmt.Println("ready")
	select {}
}

func newStack(device string, address tcpip.Address, mtu uint32) *stack.Stack {
	fd, err := tun.Open(device)
	fail(err)
	endpoint, err := fdbased.New(&fdbased.Options{FDs: []int{fd}, MTU: mtu})
	fail(err)
	netstack := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
	})
	refused(netstack.CreateNIC(nic, endpoint))
	refused(netstack.AddProtocolAddress(nic, tcpip.ProtocolAddress{
		Protocol:          ipv4.ProtocolNumber,
		AddressWithPrefix: address.WithPrefix(),
	}, stack.AddressProperties{}))
	netstack.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})

	// As large as Weir's and the kernel's: buffers grow to 4 MiB, SACK is on.
	sack, moderate := tcpip.TCPSACKEnabled(true), tcpip.TCPModerateReceiveBufferOption(true)
	receive := tcpip.TCPReceiveBufferSizeRangeOption{Min: 4096, Default: 1 << 20, Max: mostBuffer}
	send := tcpip.TCPSendBufferSizeRangeOption{Min: 4096, Default: 1 << 20, Max: mostBuffer}
	refused(netstack.SetTransportProtocolOption(tcp.ProtocolNumber, &sack))
	refused(netstack.SetTransportProtocolOption(tcp.ProtocolNumber, &moderate))
	refused(netstack.SetTransportProtocolOption(tcp.ProtocolNumber, &receive))
	refused(netstack.SetTransportProtocolOption(tcp.ProtocolNumber, &send))
	return netstack
}

func serve(netstack *stack.Stack, port uint16, answer func(net.Conn)) {
	listener, err := gonet.ListenTCP(netstack, tcpip.FullAddress{NIC: nic, Port: port}, ipv4.ProtocolNumber)
	fail(err)
	go func() {
		for {
			connection, err := listener.Accept()
			fail(err)
			go func() {
				defer connection.Close()
				answer(connection)
			}()
		}
	}()
}

func echo(connection net.Conn) {
	// What one round trip has, and one connection: no megabyte for each.
	buffer := make([]byte, 4096)
	for {
		n, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func discard(connection net.Conn) {
	buffer := make([]byte, block)
	for {
		if _, err := connection.Read(buffer); err != nil {
			return
		}
	}
}

func source(connection net.Conn) {
	buffer := make([]byte, block)
	for {
		if _, err := connection.Write(buffer); err != nil {
			return
		}
	}
}

func refused(err tcpip.Error) {
	if err != nil {
		fail(fmt.Errorf("%v", err))
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
