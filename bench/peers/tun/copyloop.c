// What a TUN device costs before there is any TCP in user space: two devices in two namespaces, and each packet that one gives is written to the other,
// a thread for each direction.
//
//	copyloop NAMESPACE NAMESPACE DEVICE [offload]
//
// offload: with IFF_VNET_HDR, so the kernels hand over segments of up to 64 KiB and leave checksums out.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

// Both families' TCP and the kernel's header of 10 bytes.
#define LARGEST (65536 + 10)

static void die(const char *what)
{
	fprintf(stderr, "copyloop: %s: %s\n", what, strerror(errno));
	exit(1);
}

// A TUN device belongs to the namespace that its descriptor was opened in.
static int open_in(const char *ns, const char *device, int offload)
{
	char path[300];
	snprintf(path, sizeof path, "/run/netns/%s", ns);
	int in = open(path, O_RDONLY | O_CLOEXEC);
	if (in < 0 || setns(in, CLONE_NEWNET) < 0)
		die(path);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI | (offload ? IFF_VNET_HDR : 0) };
	strncpy(request.ifr_name, device, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		die("TUNSETIFF");
	if (offload && ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0)
		die("TUNSETOFFLOAD");
	close(in);
	return fd;
}

struct direction { int from, to; };

_Noreturn static void *copy(void *argument)
{
	struct direction *way = argument;
	static __thread char packet[LARGEST];
	for (;;) {
		ssize_t n = read(way->from, packet, sizeof packet);
		if (n <= 0)
			die("read");
		// EIO: the device is not up yet, or no more; a packet that the kernel does not take is lost, as on any wire.
		(void)!write(way->to, packet, n);
	}
}

int main(int count, char **words)
{
	if (count < 4) {
		fprintf(stderr, "usage: copyloop NAMESPACE NAMESPACE DEVICE [offload]\n");
		return 2;
	}
	int offload = count > 4 && !strcmp(words[4], "offload");
	int a = open_in(words[1], words[3], offload), b = open_in(words[2], words[3], offload);
	struct direction there = { a, b }, back = { b, a };
	pthread_t thread;
	if (pthread_create(&thread, 0, copy, &there))
		die("pthread_create");
	printf("ready\n");
	fflush(stdout);
	copy(&back);
}
