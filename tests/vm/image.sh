# Sourced by vm: makes kernel and initial file system in $folder/$flavour out of Debian's packages. Needs $here, $folder, $flavour, say.
# shellcheck shell=bash
: "${here:?}" "${folder:?}" "${flavour:?}"

# Program and package: what makes the machine, and the tools that are to be inside.
makers=(qemu-system-x86_64:qemu-system-x86 busybox:busybox-static depmod:kmod cpio:cpio ldd:libc-bin)
inside=(
  ip:iproute2 tc:iproute2 ss:iproute2 bridge:iproute2 nft:nftables xtables-nft-multi:iptables xtables-legacy-multi:iptables ipset:ipset
  conntrack:conntrack strace:strace tcpdump:tcpdump ethtool:ethtool iperf3:iperf3 ping:iputils-ping bpftool:bpftool curl:curl
)
# BusyBox would start its own applets where these start a program.
real=(bash kmod env nice nohup timeout setsid chroot xargs find watch kill)
# What a .NET program loads, apart from what ldd knows.
libraries=(libstdc++.so.6 libgcc_s.so.1 libm.so.6 libz.so.1 libssl.so.3 libcrypto.so.3 libdl.so.2 librt.so.1 libpthread.so.0 libnss_files.so.2 libresolv.so.2)

have_image() {
  [ -s "$folder/$flavour/vmlinuz" ] && [ -s "$folder/$flavour/initrd" ] && return
  # Two at once build once. In a process of its own: a step that fails ends it.
  (mkdir -p "$folder/$flavour" && exec 7>"$folder/$flavour/.lock" && flock 7 && { [ -s "$folder/$flavour/initrd" ] || "$here/vm" build 7>&-; })
}

build_image() {
  set -e
  install_makers
  mkdir -p "$folder/$flavour"
  cd "$folder/$flavour"
  local package version
  package=$(kernel_package)
  [ -n "$package" ] || { say "apt knows no Debian kernel (apt-get update, as root)"; exit 125; }
  compgen -G "${package}_*.deb" >/dev/null || apt-get download -q "$package" >/dev/null 2>&1 || { say "cannot download $package"; exit 125; }
  rm -rf kernel root
  mkdir kernel
  dpkg -x "${package}"_*.deb kernel
  version=$(ls kernel/lib/modules)
  cp kernel/boot/vmlinuz-* vmlinuz
  mkdir -p root/{bin,sbin,usr/{bin,sbin,lib},lib64,etc,proc,sys,dev,run,tmp,guest,var/run,root}
  ln -s usr/lib root/lib
  add_modules "$version"
  add_programs
  add_settings
  install -m 755 "$here/init" root/init
  (cd root && find . | cpio -o -H newc --quiet -R 0:0 | gzip -1) >initrd.new
  mv initrd.new initrd
  rm -rf kernel root
  say "built: kernel $version, initial file system $(($(stat -c %s initrd) / 1048576)) MiB, in $folder/$flavour"
}

install_makers() {
  local entry missing=()
  for entry in "${makers[@]}"; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  # The dynamic busybox would find no library inside.
  ! ldd "$(command -v busybox)" >/dev/null 2>&1 || missing+=(busybox-static)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "not installed: ${missing[*]} (apt-get install them as root)"
    exit 125
  fi
  say "installing ${missing[*]}"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"; } >&2 || exit 125
}

# linux-image-cloud-amd64 is an empty package that depends on the kernel of the day.
kernel_package() {
  local meta=linux-image-amd64
  [ "$flavour" = generic ] || meta=linux-image-$flavour-amd64
  depends() { apt-cache depends "$meta" 2>/dev/null | awk '/Depends: linux-image-[0-9]/ { print $2; exit }'; }
  [ -n "$(depends)" ] || [ "$(id -u)" != 0 ] || apt-get update -q >/dev/null
  depends
}

# All of net/, the virtual network devices, and what the disks and ports of the machine need.
add_modules() {
  local modules=lib/modules/$1 root=$PWD/root
  mkdir -p "root/$modules/kernel"
  (
    cd "kernel/$modules"
    cp modules.builtin* modules.order "$root/$modules/"
    {
      find kernel/net kernel/crypto kernel/lib kernel/arch -name '*.ko'
      find kernel/drivers/net -maxdepth 1 -name '*.ko'
      find kernel/drivers/net/{vxlan,ipvlan,wireguard,bonding} -name '*.ko' 2>/dev/null || true
      find kernel/drivers/{block,char,virtio} -name '*virtio*.ko'
    } | cpio -pdm --quiet "$root/$modules"
  )
  depmod -b root "$1"
}

# A program or library, with the libraries that it loads.
add() {
  local source=$1 target=root$2 library
  [ -e "$source" ] || return 0
  [ -e "$target" ] || { mkdir -p "$(dirname "$target")" && cp -L "$source" "$target"; }
  for library in $(ldd "$source" 2>/dev/null | grep -o '/[^ ]*'); do
    [ -e "root$library" ] || { mkdir -p "root$(dirname "$library")" && cp -L "$library" "root$library"; }
  done
}

add_programs() {
  local name path
  cp /bin/busybox root/bin/busybox
  for name in $(/bin/busybox --list | grep -vx busybox); do ln -sf /bin/busybox "root/bin/$name"; done
  for name in "${real[@]}" "${inside[@]%%:*}"; do
    path=$(command -v "$name" || type -P "$name" || true)
    [[ $path == /* ]] || path=$(type -P "$name" || true)
    [ -n "$path" ] || continue
    rm -f "root/bin/$name"
    add "$(readlink -f "$path")" "/usr/sbin/$name"
  done
  for name in modprobe insmod rmmod lsmod modinfo depmod; do rm -f "root/bin/$name"; ln -sf ../usr/sbin/kmod "root/sbin/$name"; done
  for name in iptables ip6tables; do
    for path in "$name" "$name-save" "$name-restore" "$name-translate"; do ln -s xtables-nft-multi "root/usr/sbin/$path"; done
    for path in "$name-legacy" "$name-legacy-save" "$name-legacy-restore"; do ln -s xtables-legacy-multi "root/usr/sbin/$path"; done
  done
  # BusyBox's shell would prefer its own ip and tc.
  ln -sf /usr/sbin/bash root/bin/bash
  ln -sf /usr/sbin/bash root/bin/sh
  for path in /usr/lib/x86_64-linux-gnu/xtables /usr/lib/tc; do
    [ ! -d "$path" ] || { mkdir -p "root$(dirname "$path")" && cp -r "$path" "root$path"; }
  done
  for name in "${libraries[@]}"; do
    path=$(compgen -G "/usr/lib/x86_64-linux-gnu/$name" || compgen -G "/lib/x86_64-linux-gnu/$name" || true)
    [ -z "$path" ] || add "$path" "/lib/x86_64-linux-gnu/$name"
  done
}

add_settings() {
  cp -r /etc/iproute2 root/etc/ 2>/dev/null || true
  cp /etc/protocols /etc/services root/etc/ 2>/dev/null || true
  echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
  echo 'root:x:0:' >root/etc/group
  echo '127.0.0.1 localhost' >root/etc/hosts
  echo 'hosts: files' >root/etc/nsswitch.conf
}
