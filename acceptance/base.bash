# shellcheck shell=bash
# The Debian systems that every run starts from.

# The least that boots and has a network.
base_system=systemd,systemd-sysv,dbus,libpam-systemd,iproute2
# What the packages need beyond that, and what apt installs beside it: it must be at hand, for A and B reach nobody else.
base_archives=(openssh-server openssh-client sshfs sudo ethtool ca-certificates libqrencode4)
# Debian 12 has no sudo-rs.
archives_of() {
  echo "${base_archives[@]}"
  [ "$1" = bookworm ] || echo sudo-rs
}
# Older ones are made anew, with Debian's latest.
base_days=30

# The folder of a release's base, named by all that went into it.
base_of() {
  local recipe
  recipe=$(printf '%s ' "$1" "$mirror" "$base_system" "$(archives_of "$1")" | sha256sum)
  echo "$cache/$1-${recipe:0:12}"
}

make_base() {
  local release=$1 base
  base=$(base_of "$release")
  [ -z "$(find "$base/complete" -mtime "-$base_days" 2>/dev/null)" ] || return 0
  [ -n "$mirror" ] || {
    echo "acceptance: name a mirror of Debian in ACCEPTANCE_MIRROR" >&2
    return 1
  }
  echo "acceptance: making a base system of $release (once, about two minutes)"
  rm -rf --one-file-system "$cache/$release"-*
  build_base "$release" "$base" >"$logs/base-$release.log" 2>&1
}

build_base() {
  local release=$1 base=$2 archives
  read -r -d '' -a archives < <(archives_of "$release") || true
  mkdir -p "$base" &&
    debootstrap --variant=minbase --include="$base_system" "$release" "$base/root" "$mirror" &&
    chroot "$base/root" apt-get install --yes --download-only "${archives[@]}" &&
    touch "$base/complete"
}
