// A TCP client that measures and is not the limit itself: plain write(2) and read(2) of 1 MiB, so each byte is copied once on this side, whoever is the peer.
//
//	blast send|recv|pingpong|connect ADDRESS PORT [-t SECONDS] [-w WARM] [-s SIZE] [-c AT_ONCE] [-r] [-p PID] [-q PID]
//	blast serve
//
// send: to a discard service; counts the bytes that were acknowledged. recv: from a source. pingpong: SIZE (64) bytes to an echo service and back, one
// after another. connect: opens, a byte to the echo service and back, closes; AT_ONCE (8) of them; -r: with a reset instead of a FIN. -w: so long it runs
// before the clock does. -p, -q: the stack's process and the service's behind it, whose CPU time (user and system) is told beside the client's own, and
// what the rest of the machine took. A line of JSON on standard output.
#define _GNU_SOURCE
#include "blast.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// A peer that moves nothing for so long has stalled.
#define STALL_SECONDS 10
#define MAX_LATENCIES (1 << 20)

static struct sockaddr_storage peer;
static socklen_t peer_length;
static double seconds = 2, warm = 0.5;
static int size = 64, at_once = 8, resets, stack, service;
static char block[BLOCK];

void die(const char *what)
{
	fprintf(stderr, "blast: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double own_cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

// utime and stime of /proc/PID/stat, the words 14 and 15; the second word may hold spaces and ends with ")".
static double cpu_of(int pid)
{
	if (!pid)
		return 0;
	char path[64], text[1024];
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	if (!file)
		die(path);
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	unsigned long user = 0, system = 0;
	char *after = strrchr(text, ')');
	if (!after || sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		die(path);
	return (user + system) / (double)sysconf(_SC_CLK_TCK);
}

// Of the whole machine, in use: user, nice, system, irq, softirq and steal of /proc/stat.
static double machine_cpu(void)
{
	unsigned long user, nice, system, idle, waiting, irq, softirq, steal;
	FILE *file = fopen("/proc/stat", "r");
	if (!file || fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &waiting, &irq, &softirq, &steal) != 8)
		die("/proc/stat");
	fclose(file);
	return (user + nice + system + irq + softirq + steal) / (double)sysconf(_SC_CLK_TCK);
}

// The clock: warm-up, then the measured time.
static double started, ends, cpu_own, cpu_stack, cpu_service, cpu_machine;
static int measuring;

static void begin(void)
{
	started = 0;
	measuring = 0;
	ends = now() + warm;
}

// True at the moment when the warm-up is over: what was counted until then does not count.
static int starts_now(double t)
{
	if (measuring || t < ends)
		return 0;
	measuring = 1;
	cpu_own = own_cpu();
	cpu_stack = cpu_of(stack);
	cpu_service = cpu_of(service);
	cpu_machine = machine_cpu();
	started = now();
	ends = started + seconds;
	return 1;
}

static int is_over(double t) { return measuring && t >= ends; }

static void report(const char *mode, const char *unit, double count, const char *more)
{
	double elapsed = now() - started, own = own_cpu() - cpu_own, its = cpu_of(stack) - cpu_stack, behind = cpu_of(service) - cpu_service;
	double others = machine_cpu() - cpu_machine - own - its - behind;
	printf("{\"mode\":\"%s\",\"%s\":%.0f,\"elapsed\":%.6f,\"rate\":%.6g,\"client_cpu\":%.4f", mode, unit, count, elapsed,
		!strcmp(unit, "bytes") ? count * 8 / elapsed / 1e9 : count / elapsed, own);
	if (stack)
		printf(",\"stack_cpu\":%.4f", its);
	if (service)
		printf(",\"service_cpu\":%.4f", behind);
	printf(",\"others_cpu\":%.4f%s}\n", others > 0 ? others : 0, more);
}

static int open_socket(int flags)
{
	int fd = socket(peer.ss_family, SOCK_STREAM | flags, 0);
	if (fd < 0)
		die("socket");
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static int connected(void)
{
	int fd = open_socket(0);
	struct timeval stall = { STALL_SECONDS, 0 };
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &stall, sizeof stall);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall);
	if (connect(fd, (struct sockaddr *)&peer, peer_length) < 0)
		die("connect");
	return fd;
}

// Of what was written, what the peer has acknowledged.
static int64_t acknowledged(int fd, int64_t written)
{
	int waiting = 0;
	if (ioctl(fd, SIOCOUTQ, &waiting) < 0)
		die("SIOCOUTQ");
	return written - waiting;
}

static void run_send(void)
{
	int fd = connected();
	int64_t written = 0, before = 0;
	begin();
	for (double t = now(); !is_over(t); t = now()) {
		if (starts_now(t))
			before = acknowledged(fd, written);
		ssize_t n = write(fd, block, sizeof block);
		if (n <= 0)
			die("write");
		written += n;
	}
	report("send", "bytes", acknowledged(fd, written) - before, "");
}

static void run_receive(void)
{
	int fd = connected();
	int64_t received = 0;
	begin();
	for (double t = now(); !is_over(t); t = now()) {
		if (starts_now(t))
			received = 0;
		ssize_t n = read(fd, block, sizeof block);
		if (n <= 0)
			die("read");
		received += n;
	}
	report("recv", "bytes", received, "");
}

static int by_value(const void *a, const void *b) { return (*(uint32_t *)a > *(uint32_t *)b) - (*(uint32_t *)a < *(uint32_t *)b); }

static void run_pingpong(void)
{
	static uint32_t latencies[MAX_LATENCIES];
	int fd = connected();
	int64_t trips = 0;
	begin();
	for (double t = now(); !is_over(t);) {
		if (starts_now(t))
			trips = 0;
		if (write(fd, block, size) != size)
			die("write");
		for (ssize_t n, got = 0; got < size; got += n) {
			n = read(fd, block, size - got);
			if (n <= 0)
				die("read");
		}
		double back = now();
		latencies[trips++ % MAX_LATENCIES] = (back - t) * 1e9;
		t = back;
	}
	size_t kept = trips < MAX_LATENCIES ? trips : MAX_LATENCIES;
	qsort(latencies, kept, sizeof *latencies, by_value);
	char more[100];
	snprintf(more, sizeof more, ",\"median_us\":%.1f,\"p99_us\":%.1f", latencies[kept / 2] / 1e3, latencies[kept * 99 / 100] / 1e3);
	report("pingpong", "trips", trips, more);
}

static void dial(int epoll)
{
	int fd = open_socket(SOCK_NONBLOCK);
	if (connect(fd, (struct sockaddr *)&peer, peer_length) < 0 && errno != EINPROGRESS)
		die("connect");
	struct epoll_event event = { .events = EPOLLOUT, .data.fd = fd };
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		die("epoll_ctl");
}

// EPOLLOUT: it is open, ask. EPOLLIN: answered, close it and open the next one.
static int step(int epoll, struct epoll_event *event)
{
	int fd = event->data.fd;
	if (event->events & EPOLLOUT) {
		if (write(fd, block, 1) != 1)
			die("connect");
		struct epoll_event next = { .events = EPOLLIN, .data.fd = fd };
		if (epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &next) < 0)
			die("epoll_ctl");
		return 0;
	}
	if (read(fd, block, 1) != 1)
		die("read");
	struct linger now_and_hard = { 1, 0 };
	if (resets)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now_and_hard, sizeof now_and_hard);
	close(fd);
	dial(epoll);
	return 1;
}

static void run_connect(void)
{
	int epoll = epoll_create1(0);
	int64_t opened = 0;
	for (int i = 0; i < at_once; i++)
		dial(epoll);
	begin();
	for (double t = now(); !is_over(t); t = now()) {
		if (starts_now(t))
			opened = 0;
		struct epoll_event events[64];
		int n = epoll_wait(epoll, events, 64, STALL_SECONDS * 1000);
		if (n == 0)
			errno = ETIMEDOUT;
		if (n <= 0)
			die("epoll_wait");
		for (int i = 0; i < n; i++)
			opened += step(epoll, &events[i]);
	}
	report("connect", "connections", opened, "");
}

static int usage(void)
{
	fprintf(stderr, "usage: blast send|recv|pingpong|connect ADDRESS PORT [-t SECONDS] [-w WARM] [-s SIZE] [-c AT_ONCE] [-r] [-p PID] [-q PID]\n       blast serve\n");
	return 2;
}

static int set_peer(const char *address, int port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&peer;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&peer;
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		peer_length = sizeof *v4;
		return 1;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	peer_length = sizeof *v6;
	return inet_pton(AF_INET6, address, &v6->sin6_addr) == 1;
}

int main(int count, char **words)
{
	if (count == 2 && !strcmp(words[1], "serve"))
		return serve();
	if (count < 4 || !set_peer(words[2], atoi(words[3])))
		return usage();
	for (int option; (option = getopt(count - 3, words + 3, "t:w:s:c:rp:q:")) != -1;) {
		switch (option) {
		case 't': seconds = atof(optarg); break;
		case 'w': warm = atof(optarg); break;
		case 's': size = atoi(optarg); break;
		case 'c': at_once = atoi(optarg); break;
		case 'r': resets = 1; break;
		case 'p': stack = atoi(optarg); break;
		case 'q': service = atoi(optarg); break;
		default: return usage();
		}
	}
	if (size < 1 || size > BLOCK)
		return usage();
	if (!strcmp(words[1], "send"))
		run_send();
	else if (!strcmp(words[1], "recv"))
		run_receive();
	else if (!strcmp(words[1], "pingpong"))
		run_pingpong();
	else if (!strcmp(words[1], "connect"))
		run_connect();
	else
		return usage();
	return 0;
}
