# Sourced by weir, test and dev: finds the .NET SDK, also where sudo's PATH does not have it. Needs $root.
# shellcheck shell=bash
# Who sources this has set root, and uses dotnet; sudo sets SUDO_GID where it sets SUDO_UID.
# shellcheck disable=SC2154,SC2034,SC2153

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# No build servers stay behind, least of all as root.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

say() { printf 'weir: %s\n' "$*" >&2; }

home_of() { getent passwd "$1" | cut -d: -f6; }

# sudo may leave HOME unset or not set it at all in a service; NuGet and the SDK want one.
[ -n "${HOME:-}" ] || HOME=$(home_of "$(id -u)")
export HOME

dotnet_places() {
  [ -n "${DOTNET_ROOT:-}" ] && printf '%s\n' "$DOTNET_ROOT"
  local found
  found=$(command -v dotnet || true)
  [ -n "$found" ] && dirname "$(readlink -f "$found")"
  printf '%s\n' /usr/share/dotnet /usr/lib/dotnet /usr/lib64/dotnet /usr/local/share/dotnet /opt/dotnet /usr/local/dotnet "$HOME/.dotnet"
  [ -n "${SUDO_USER:-}" ] && printf '%s/.dotnet\n' "$(home_of "$SUDO_USER")"
  return 0
}

# The first place with an SDK that global.json accepts becomes $dotnet and DOTNET_ROOT. Otherwise says how to get one, and fails.
find_sdk() {
  local place others=
  while read -r place; do
    # A shim on PATH (asdf, a wrapper script) starts the SDK but is not where the runtime lies.
    [ -x "$place/dotnet" ] && [ -d "$place/host/fxr" ] || continue
    if (cd "$root" && "$place/dotnet" --version) >/dev/null 2>&1; then
      dotnet=$place/dotnet
      export DOTNET_ROOT=$place
      return 0
    fi
    others+="  $place: $("$place/dotnet" --list-sdks 2>/dev/null | tr '\n' ' ')"$'\n'
  done < <(dotnet_places)

  if [ -n "$others" ]; then
    say ".NET is here, but not the SDK 10.0 that global.json asks for. Found:"
    printf '%s' "$others" >&2
  else
    say "the .NET SDK 10.0 is not installed (looked in PATH, DOTNET_ROOT, /usr/share/dotnet, /usr/lib/dotnet, /opt/dotnet, ~/.dotnet)."
  fi
  cat >&2 <<'HELP'
How to get it on Debian 12, as root:
  wget https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb
  dpkg -i packages-microsoft-prod.deb && apt-get update && apt-get install -y dotnet-sdk-10.0
or for one user, without root:
  wget https://dot.net/v1/dotnet-install.sh && bash dotnet-install.sh --channel 10.0
Other systems: https://learn.microsoft.com/dotnet/core/install/linux
HELP
  return 1
}

# The build writes about 0.2 GB into artifacts/ and, the first time, 0.4 GB into NuGet's cache.
check_disk() {
  local place free
  for place in "$root" "$HOME"; do
    free=$(df --output=avail -k "$place" 2>/dev/null | tail -n 1)
    if [ "${free:-9999999}" -lt 600000 ]; then
      say "only $((free / 1024)) MB are free on $place; building needs about 600 MB. Make room, or set NUGET_PACKAGES and TMPDIR to another disk."
      return 1
    fi
  done
}

# Runs a build as the owner of this folder when root has it from sudo, so that the owner can go on building without root.
as_owner() {
  if [ "$(id -u)" = 0 ] && [ -n "${SUDO_UID:-}" ] && [ "$SUDO_UID" != 0 ] && [ "$(stat -c %u "$root")" = "$SUDO_UID" ] && command -v setpriv >/dev/null; then
    [ ! -e "$root/artifacts" ] || chown -R "$SUDO_UID:$SUDO_GID" "$root/artifacts"
    HOME=$(home_of "$SUDO_UID") setpriv --reuid="$SUDO_UID" --regid="$SUDO_GID" --init-groups "$@"
  else
    "$@"
  fi
}
