// The kernel's side of the peers: one thread, epoll, plain read(2) and write(2).
#define _GNU_SOURCE
#include "blast.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char data[BLOCK];

// What epoll carries for each descriptor: itself, its port, and whether it listens.
static uint64_t key(int fd, int port, int listens) { return (uint64_t)port << 40 | (uint64_t)listens << 32 | (uint32_t)fd; }

static void watch(int epoll, int fd, int port, int listens)
{
	struct epoll_event event = { .events = port == SOURCE && !listens ? EPOLLOUT : EPOLLIN, .data.u64 = key(fd, port, listens) };
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll_ctl");
}

static void listen_at(int epoll, int port)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1, off = 0;
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any) < 0 || listen(fd, 4096) < 0)
		die("listen");
	watch(epoll, fd, port, 1);
}

static void accept_all(int epoll, int listener, int port)
{
	for (int fd; (fd = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
		int on = 1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		watch(epoll, fd, port, 0);
	}
}

// Zero: the connection has ended.
static int answer(int fd, int port)
{
	ssize_t n = port == SOURCE ? write(fd, data, sizeof data) : read(fd, data, sizeof data);
	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	return port != ECHO || write(fd, data, n) == n;
}

int serve(void)
{
	signal(SIGPIPE, SIG_IGN);
	int epoll = epoll_create1(0);
	listen_at(epoll, ECHO);
	listen_at(epoll, DISCARD);
	listen_at(epoll, SOURCE);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		struct epoll_event events[64];
		int n = epoll_wait(epoll, events, 64, -1);
		for (int i = 0; i < n; i++) {
			int fd = (int)(uint32_t)events[i].data.u64, port = events[i].data.u64 >> 40, listens = events[i].data.u64 >> 32 & 1;
			if (listens)
				accept_all(epoll, fd, port);
			else if (!answer(fd, port))
				close(fd);
		}
	}
}
