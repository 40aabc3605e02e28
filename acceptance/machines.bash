# shellcheck shell=bash
# Two machines and the wire between them.

# In memory, and in the run's own mount namespace: it vanishes with the run.
export work=/run/jod-check-acceptance
mac=02:00:00:c0:ff:ee
address_a=192.0.2.1 address_b=192.0.2.2 broadcast=192.0.2.255

# A place of our own for everything. False where the machine has not what it takes.
make_room() {
  mount -t tmpfs -o mode=755 acceptance /run
  mkdir -p "$work" /run/netns
  # The first release of systemd that knows no other kind is trixie's.
  [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || mount -t cgroup2 cgroup2 /sys/fs/cgroup || return 1
  leave_no_groups
  export cgroup=/sys/fs/cgroup/$groups
  mkdir -p "$cgroup" "$work/try"/{lower,upper,work,root} || return 1
  mount -t overlay -o "lowerdir=$work/try/lower,upperdir=$work/try/upper,workdir=$work/try/work" overlay \
    "$work/try/root" || return 1
  umount "$work/try/root"
  ip netns add try && ip netns delete try
}

# Control groups alone outlive their namespace. systemd's hybrid layout has those of version 2 in a folder of their own.
groups=jod-check-acceptance
leave_no_groups() {
  local folder attempt
  for folder in /sys/fs/cgroup/$groups /sys/fs/cgroup/unified/$groups; do
    # What was killed takes a moment to be gone.
    for ((attempt = 0; attempt < 50; attempt++)); do
      [ -d "$folder" ] || break
      find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
  done
}

# Both ends are called eth0. The machine at B's end listens while it is off, as a network card does.
lay_wire() {
  ip netns add A
  ip netns add B
  ip link add eth0 netns A type veth peer name eth0 netns B
  ip -n B link set eth0 address "$mac"
  ip -n A address add "$address_a/24" broadcast "$broadcast" dev eth0
  for end in A B; do
    # Nobody is to wait for addresses that nobody uses.
    nsenter --net="/run/netns/$end" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6'
    ip -n "$end" link set lo up
    ip -n "$end" link set eth0 up
  done
}

# make_machine NAME RELEASE HOSTNAME: a fresh copy of the base, in $work/NAME/root.
make_machine() {
  local folder=$work/$1 base root=$work/$1/root
  base=$(base_of "$2")
  mkdir -p "$folder"/{upper,work,root}
  mount -t overlay -o "lowerdir=$base/root,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"
  echo "$3" >"$root/etc/hostname"
  printf '%s\n' "127.0.0.1 localhost" "::1 localhost" "$address_a jellyfin.lan jellyfin" \
    "$address_b nas.lan nas" >"$root/etc/hosts"
  rm -f "$root/etc/machine-id" "$root/etc/resolv.conf"
  systemd-machine-id-setup --root="$root" >/dev/null 2>&1
}

# boot NAME: runs the machine until it is off. In this process, so that who starts it knows when that is.
boot() {
  # systemd-nspawn ends with this status where the machine restarts, so that its parent starts it again.
  local status=133
  mkdir -p "$cgroup/$1"
  while [ "$status" = 133 ]; do
    status=0
    (power "$1") </dev/null >>"$logs/console-$1.log" 2>&1 || status=$?
  done
}
power() {
  echo "$BASHPID" >"$cgroup/$1/cgroup.procs"
  echo "$BASHPID" >"$work/$1/pid"
  # For automounts, and for a network file system that any kernel has.
  local devices=() device
  for device in /dev/autofs /dev/fuse; do
    [ ! -c "$device" ] || devices+=("--bind=$device")
  done
  exec systemd-nspawn --quiet --directory="$work/$1/root" --machine="$1" --register=no --keep-unit \
    --network-namespace-path="/run/netns/$1" --capability=CAP_NET_ADMIN --resolv-conf=off --timezone=off --link-journal=no \
    --console=pipe "${devices[@]}" --boot
}

# The machine's process 1, as it is seen from here.
leader() {
  local nspawn
  nspawn=$(cat "$work/$1/pid" 2>/dev/null) && pgrep --parent "$nspawn"
}
is_on() { leader "$1" >/dev/null; }
is_off() { ! is_on "$1"; }

# inside NAME COMMAND…: as root at the machine's console.
inside() {
  local name=$1 process
  shift
  process=$(leader "$name") || {
    echo "machine $name is off"
    return 1
  }
  nsenter --target "$process" --all -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 TERM=dumb "$@"
}

has_booted() {
  local state
  state=$(inside "$1" systemctl is-system-running 2>/dev/null) || true
  [[ $state == running || $state == degraded ]]
}

# end_process FILE: ends the process whose number is in the file, and waits for that.
end_process() {
  local process
  process=$(cat "$1" 2>/dev/null) || return 0
  kill -KILL "$process" 2>/dev/null || true
  while kill -0 "$process" 2>/dev/null; do sleep 0.05; done
  rm -f "$1"
}
