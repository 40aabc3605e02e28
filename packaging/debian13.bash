# shellcheck shell=bash
# A Debian 13 with its own Swift compiler, kept for the next run: for packaging/buildd and packaging/arm64. A run works in a
# copy on top of it, and changes nothing in it.
me=${0##*/}
cache=${BUILDD_CACHE:-/var/cache/jod-check-buildd}
mirror=${BUILDD_MIRROR:-$("$here/packaging/mirror" || true)}
# Beyond what building needs: what the packages are judged by, and what they depend on.
tools=(lintian dh-dlopenlibdeps systemd ca-certificates openssh-client)
# Older ones are made anew, with Debian's latest.
days=30
recipe=$({ echo "$mirror" "${tools[@]}" && sed -n '/^Build-Depends:/,/^Standards/p' "$here/packaging/debian/control"; } | sha256sum)
base=$cache/trixie-${recipe:0:12}
# What `there` has in its environment besides.
settings=()

is_fresh() { [ -n "$(find "$1" -mtime "-$days" 2>/dev/null)" ]; }

make_root() {
  ! is_fresh "$base/complete" || return 0
  [ -n "$mirror" ] || {
    echo "$me: name a mirror of Debian in BUILDD_MIRROR" >&2
    return 1
  }
  echo "$me: making a Debian 13 with its compiler (once, some minutes; log: $cache/log)"
  mkdir -p "$cache"
  rm -rf --one-file-system "$cache"/trixie-*
  build_root >"$cache/log" 2>&1
}

# Each step asks for the one before: a shell's errors do not end what somebody asks the status of.
build_root() {
  local root=$base/root
  export DEBIAN_FRONTEND=noninteractive
  mkdir -p "$base" &&
    debootstrap --variant=minbase --include=build-essential trixie "$root" "$mirror" &&
    mkdir "$root/build" &&
    cp -r "$here/packaging/debian" "$root/build/" &&
    chroot "$root" apt-get build-dep --yes --no-install-recommends /build &&
    chroot "$root" apt-get install --yes --no-install-recommends "${tools[@]}" &&
    touch "$base/complete"
}

# unpack_sources FOLDER: as they are here, with what is not committed.
unpack_sources() {
  mkdir -p "$1"
  tar -c -C "$here" --exclude=./.build --exclude=./dist --exclude=./.git . | tar -x -C "$1"
}

# mount_copy LOWER: at $work/root, and what is written there is gone with $work.
mount_copy() {
  mount -t overlay -o "lowerdir=$1,upperdir=$work/upper,workdir=$work/work" overlay "$work/root"
  mount -t proc proc "$work/root/proc"
  ip link set lo up
}

clean_up() {
  [ -z "${work-}" ] || rm -rf --one-file-system "$work"
}

# apart ARGUMENT…: this script again, without a network and in a folder of its own, which is gone afterwards.
apart() {
  work=$(mktemp -d "$cache/run.XXXXXX")
  trap clean_up EXIT
  mkdir "$work"/{upper,work,root,dist}
  unshare --mount --pid --fork --kill-child --mount-proc --net --ipc --uts "$0" --inside "$work" "$@"
}

# there COMMAND…: in the copy of that system.
there() {
  chroot "$work/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    "${settings[@]}" "$@"
}

# Somebody browses, so the check sends a wake request.
try_check() {
  # shellcheck source=acceptance/jellyfin.bash
  source "$here/acceptance/jellyfin.bash"
  mkdir "$work/jellyfin"
  echo secret >"$work/jellyfin/key"
  jellyfin nobody
  jellyfin browsing
  "$here/acceptance/jellyfin.py" "$work/jellyfin" 8096 &
  timeout 20 bash -c 'until (exec 3<>/dev/tcp/127.0.0.1/8096) 2>/dev/null; do sleep 0.1; done'
  settings=(STORAGE_SERVER_MAC=02:00:00:c0:ff:ee BROADCAST_ADDRESS=127.0.0.1 JELLYFIN_API_KEY=secret)
  there jod-check
  there jod-check status
  there jod-check status --json | grep -q '"requests":1[,}]' || {
    echo "$me: the check should have sent one wake request" >&2
    exit 1
  }
}
