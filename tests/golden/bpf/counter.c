// The object file that the loader's tests read, as clang makes it; counter.hex holds its bytes. Made by
//   clang -O2 -g -target bpf -c counter.c -o counter.o && llvm-strip -g counter.o
//   llvm-objcopy --remove-section .BTF.ext --remove-section .rel.BTF.ext --remove-section .llvm_addrsig counter.o && xxd -p counter.o > counter.hex
// (llvm-strip keeps .BTF, which describes the maps, and drops what debuggers want.)
// Without any header, so that it can be made where none are.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int (*name)[value]
#define __type(name, value) typeof(value) *name

enum { HASH = 1, ARRAY = 2, LPM_TRIE = 11 };

struct flow { u32 address; u16 port; u16 protocol; };
struct count { u64 frames, bytes; };

// By type of key and value.
struct {
    __uint(type, HASH);
    __uint(max_entries, 1024);
    __type(key, struct flow);
    __type(value, struct count);
} flows SEC(".maps");

// By sizes, with flags.
struct {
    __uint(type, LPM_TRIE);
    __uint(max_entries, 16);
    __uint(key_size, 8);
    __uint(value_size, 4);
    __uint(map_flags, 1);
} prefixes SEC(".maps");

struct sk_buff_view { u32 len, pkt_type, mark, queue_mapping, protocol; };

static void *(*map_lookup)(void *map, const void *key) = (void *)1;
static long (*map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;

// Of the program: frames of this length and more are dropped. Read-only, and given by the loader before.
const volatile u32 longest = 1000;
u64 seen;

SEC("tcx/ingress")
int count_frames(struct sk_buff_view *skb)
{
    struct flow key = { .address = 0x0a000001, .port = 80, .protocol = 6 };
    struct count *found = map_lookup(&flows, &key);
    seen++;
    if (found) {
        found->frames++;
        found->bytes += skb->len;
    } else {
        struct count first = { 1, skb->len };
        map_update(&flows, &key, &first, 0);
    }
    return skb->len >= longest ? 2 : -1;
}

struct xdp_view { u32 data, data_end; };

SEC("xdp")
int pass_prefix(struct xdp_view *ctx)
{
    struct { u32 length, address; } key = { 32, 0x0200000a };
    u32 *action = map_lookup(&prefixes, &key);
    return action ? *action : 2;
}

char _license[] SEC("license") = "GPL";
