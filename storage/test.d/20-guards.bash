# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with storage/test, which sources this
# --- The shipped guards -------------------------------------------------------------------------------------------------

run "$shipped/logged-in"
check "logged-in: nobody is there" 0 ""
stub who <<<'echo "anna     pts/0        2026-11-22 20:12 (192.168.1.20)"'
run "$shipped/logged-in"
check "logged-in: without logind, who tells" 1 "anna is logged in on pts/0"
stub who <<<'exit 1'
run "$shipped/logged-in"
check "logged-in: who failing is busy" 1
stub who </dev/null

mkdir -p /run/systemd/sessions
# sessions LINE…: logind knows these, each "ID NAME CLASS STATE TTY HOST SERVICE"
sessions() {
  printf '%s\n' "$@" >"$work/sessions"
  stub loginctl <<END
case \$1 in
  list-sessions) while read -r id name _; do echo "\$id 1000 \$name - -"; done <$work/sessions ;;
  show-session) between=
    while read -r id name class state tty host service; do
      [[ " \$* " == *" \$id "* ]] || continue
      printf '%bId=%s\nName=%s\nClass=%s\nState=%s\nTTY=%s\nRemoteHost=%s\nService=%s\n' \
        "\$between" "\$id" "\$name" "\$class" "\$state" "\${tty#-}" "\${host#-}" "\$service"
      between='\n'
    done <$work/sessions ;;
esac
END
}
sessions '1 anna user active pts/0 192.168.1.20 sshd'
run "$shipped/logged-in"
check "logged-in: a session by ssh" 1 "anna is logged in on pts/0 from 192.168.1.20"
sessions '1 root user online - 192.168.1.20 sshd'
run "$shipped/logged-in"
check "logged-in: root's sshfs without a terminal" 1 "root is logged in on sshd from 192.168.1.20"
sessions '1 anna user closing pts/0 192.168.1.20 sshd'
run "$shipped/logged-in"
check "logged-in: programs left running after the logout" 1 "loginctl terminate-session 1"
sessions '3 jod-check user active - 192.168.1.2 sshd' '4 gdm greeter online tty1 - gdm' '5 backup background active - - cron'
run "$shipped/logged-in"
check "logged-in: the request's own session, a greeter and a timed job are nobody" 0 ""
stub loginctl <<<'echo "Failed to connect to bus" >&2; exit 1'
run "$shipped/logged-in"
check "logged-in: logind runs but gives no answer" 1 "Failed to connect"

# A process with this name, so that guards find it; its arguments follow.
start() {
  local name=$1
  shift
  mkdir -p /tmp/programs
  # shellcheck disable=SC2016 # for the program to expand
  printf '#!/bin/bash\necho $$ >/tmp/started\nexec {hold}<>/tmp/hold\nread -r _ <&$hold\n' >"/tmp/programs/$name"
  chmod 755 "/tmp/programs/$name"
  [ -p /tmp/hold ] || mkfifo /tmp/hold
  rm -f /tmp/started
  "/tmp/programs/$name" "$@" &
  started=$!
  wait_until test -s /tmp/started
}
stop() {
  kill "$started"
  wait "$started" 2>/dev/null || true
}

sessions "$(printf '%s\n' {1..40} | sed 's/$/ anna user closing - - sshd/')"
run "$shipped/logged-in"
check "logged-in: many sessions" 1 "loginctl terminate-session 40"
same "logged-in: are asked for in one call" 2 "$(calls loginctl | wc -l)"
sessions '1 jod-check user active - 192.168.1.2 sshd'
stub loginctl <<END
case \$1 in
  list-sessions) echo '1 1000 x - -' ;;
  show-session) [ "\$(wc -l <$work/calls/loginctl)" -gt 2 ] && printf 'Id=1\nName=jod-check\nClass=user\n' ;;
esac
END
run "$shipped/logged-in"
check "logged-in: a session that ends while it is asked for is asked for again" 0 ""

rm -rf /run/systemd/sessions
forgotten_stub loginctl
run "$shipped/smb"
check "smb: no smbd, nobody" 0 ""
start smbd
run "$shipped/smb"
check "smb: smbd runs where smbstatus is missing, as in a container" 1 "smbstatus is not installed"
locked='Locked files:
Pid          User(ID)   DenyMode   Access      R/W        Oplock           SharePath   Name   Time
--------------------------------------------------------------------------------------------------'
stub smbstatus <<<'echo "No locked files"'
run "$shipped/smb"
check "smb: no open file" 0 ""
stub smbstatus <<END
cat <<'WORDS'
$locked
12345        1000       DENY_NONE  0x100081    RDONLY     NONE             /tmp   .   Sun Nov 22 20:12:01 2026
12345        1000       DENY_NONE  0x120089    RDONLY     LEASE(RWH)       /srv/media   Films/A film   2.mkv   Sun Nov  2 20:12:01 2026
WORDS
END
run "$shipped/smb"
check "smb: a film is open" 1 "files open (1), such as /srv/media/Films/A film   2.mkv"
stub smbstatus <<END
cat <<'WORDS'
$locked
12345        1000       DENY_NONE  0x100081    RDONLY     NONE             /tmp   .   Sun Nov 22 20:12:01 2026
WORDS
END
run "$shipped/smb"
check "smb: a file manager shows a folder, which is no open file" 0 "folders (1)"
stub smbstatus <<END
if [ "\$1" = --processes ]; then
  printf '%s\n' '' 'Samba version 4.17.12-Debian' 'PID     Username     Group        Machine                                   Protocol Version' \
    '12345   anna         anna         192.0.2.9 (ipv4:192.0.2.9:51234)      SMB3_11' \
    '12346   anna         anna         fd00::7 (ipv6:[fd00::7]:51235)        SMB3_11'
  exit
fi
cat <<'WORDS'
$locked
12345        1000       DENY_NONE  0x120089    RDONLY     LEASE(RWH)       /srv/media   one.mkv   Sun Nov  2 20:12:01 2026
12346        1000       DENY_NONE  0x120089    RDONLY     LEASE(RWH)       /srv/media   two.mkv   Sun Nov  2 20:12:01 2026
WORDS
END
run env JOD_CHECK_ADDRESS=192.0.2.9 "$shipped/smb"
check "smb: what the machine has open that asks is its own to judge" 1 "files open (1), such as /srv/media/two.mkv"
run env JOD_CHECK_ADDRESS=fd00::7 "$shipped/smb"
check "smb: by IPv6 as well" 1 "files open (1), such as /srv/media/one.mkv"
run env JOD_CHECK_ADDRESS=192.0.2.8 "$shipped/smb"
check "smb: another that asks has none of these" 1 "files open (2)"
stub smbstatus <<<'echo "cannot open locking.tdb" >&2; exit 1'
run "$shipped/smb"
check "smb: smbstatus failing is busy, with its words" 1 "cannot open locking.tdb"
stop
remove_program smbstatus

run "$shipped/backup"
check "backup: none runs" 0 ""
for program in borg restic rsync rsnapshot rclone snapraid duplicity; do
  start "$program"
  run "$shipped/backup"
  check "backup: $program runs" 1 "$program runs (processes: 1, such as $started)"
  stop
done
start zfs send tank@today
run "$shipped/backup"
check "backup: zfs send runs" 1 "zfs runs"
stop
start zfs list
run "$shipped/backup"
check "backup: zfs list is none" 0 ""
stop
start rclone serve webdav /srv
run "$shipped/backup"
check "backup: rclone as a server is none" 0 ""
stop
start rsync --daemon --no-detach
run "$shipped/backup"
check "backup: an rsync server that waits is none" 0 ""
stop

start rsync --server --sender . /srv
first=$started
start rsync --server --sender . /srv
run "$shipped/backup"
check "backup: two of a kind are reported as one" 1 "rsync runs (processes: 2, such as "
same "backup: in one line" 1 "$(wc -l <<<"$output")"
stop
started=$first
stop

# programs_started COMMAND…: how many, by the guard and all that it starts, while it looks at so many processes.
sleepers() {
  local count
  for ((count = 0; count < $1; count++)); do sleep 1000 & done
}
if command -v strace >/dev/null; then
  programs_started() {
    strace --follow-forks --quiet=all --trace=clone,clone3,fork,vfork --output="$work/strace" "$@" >/dev/null 2>&1 || true
    grep -cE '(clone|fork).* = [0-9]+$' "$work/strace" || true
  }
  declare -A few=()
  for name in backup smb raid nfs; do few[$name]=$(programs_started "$shipped/$name"); done
  sleepers 300
  for name in backup smb raid nfs; do
    same "$name: starts no more with 300 processes more" "${few[$name]}" "$(programs_started "$shipped/$name")"
  done
  mapfile -t sleeping < <(jobs -p)
  kill "${sleeping[@]}"
  wait "${sleeping[@]}" 2>/dev/null || true
else
  skip "guards start nothing for each process: strace is missing (apt-get install strace)"
fi

# The rest of /proc is the kernel's: a guard is shown one that a test made.
# shellcheck disable=SC2016,SC2317 # for the inner bash to expand; called by run
with_proc() {
  unshare --mount bash -c 'mount --bind "$1" /proc && shift && exec "$@"' - "$work/proc" "$@"
}
new_proc() {
  rm -rf "$work/proc"
  mkdir -p "$work/proc/self"
  : >"$work/proc/self/mounts"
}
nfs_client() {
  local folder=$work/proc/fs/nfsd/clients/$1
  mkdir -p "$folder"
  printf 'clientid: 0x1\naddress: "%s"\nstatus: %s\nname: "Linux NFSv4.2 tv"\n' "192.168.1.$1:700" "$2" >"$folder/info"
  cat >"$folder/states"
}
new_proc
run with_proc "$shipped/nfs"
check "nfs: no server, nobody" 0 ""
mkdir -p "$work/proc/fs/nfsd/clients"
echo 0 >"$work/proc/fs/nfsd/threads"
nfs_client 7 confirmed <<<'- 0x1: { type: open, access: r-, deny: --, superblock: "08:01:12", filename: "Films/A film.mkv", owner: "open id:1" }'
run with_proc "$shipped/nfs"
check "nfs: a server that is stopped serves nobody" 0 ""
echo 8 >"$work/proc/fs/nfsd/threads"
run with_proc "$shipped/nfs"
check "nfs: a film is open" 1 "NFS client 192.168.1.7:700 has files open (1), such as Films/A film.mkv"
nfs_client 7 courtesy <"$work/proc/fs/nfsd/clients/7/states"
run with_proc "$shipped/nfs"
check "nfs: a client that vanished with a file open is nobody" 0 ""
nfs_client 7 confirmed <<<'- 0x1: { type: open, access: r-, deny: --, superblock: "08:01:12", filename: "Films/A film.mkv", owner: "open id:1" }'
run with_proc env JOD_CHECK_ADDRESS=192.168.1.7 "$shipped/nfs"
check "nfs: what the machine has open that asks is its own to judge" 0 "NFS client 192.168.1.7:700 asks itself"
run with_proc env JOD_CHECK_ADDRESS=192.168.1.70 "$shipped/nfs"
check "nfs: another that asks is not that client" 1 "has files open (1)"
# bytes BEFORE AFTER: what ss shows of the client's connection, at the first look and later.
bytes() {
  stub ss <<END
sent=$1
[ "\$(wc -l <$work/calls/ss)" = 1 ] || sent=$2
echo "0 0 192.168.1.2:2049 192.168.1.70:700 cubic bytes_sent:999999\$sent bytes_acked:1"
echo "0 0 192.168.1.2:2049 192.168.1.7:700 cubic bytes_sent:\$sent bytes_acked:1"
END
}
sed -i 's/^look_seconds=3 /look_seconds=0 /' "$shipped/nfs"
nfs_client 7 confirmed <<<'- 0x1: { type: deleg, access: r, superblock: "08:01:12", filename: "Films/A film.mkv" }'
bytes 4000000 4000400
run with_proc "$shipped/nfs"
check "nfs: a delegation without a reader is no open file" 0 ""
bytes 4000000 4900000
run with_proc "$shipped/nfs"
check "nfs: a film is read by a delegation, of which the server sees no opening" 1 \
  "NFS client 192.168.1.7:700 reads files that are left to it, such as Films/A film.mkv"
run with_proc env JOD_CHECK_ADDRESS=192.168.1.7 "$shipped/nfs"
check "nfs: but not where that is the machine that asks" 0 "asks itself"
stub ss </dev/null
run with_proc "$shipped/nfs"
check "nfs: a delegation to a client without a connection is no use" 0 ""
stub ss <<<'exit 1'
run with_proc "$shipped/nfs"
check "nfs: a delegation is busy where ss cannot tell" 1 "ss cannot tell"
sed -i 's/^look_seconds=0 /look_seconds=3 /' "$shipped/nfs"
nfs_client 7 confirmed </dev/null
run with_proc "$shipped/nfs"
check "nfs: a client with no file open is nobody" 0 ""
rm "$work/proc/fs/nfsd/clients/7/states"
run with_proc "$shipped/nfs"
check "nfs: a client that cannot be read is busy" 1 "cannot be read"
rm -r "$work/proc/fs/nfsd/clients"
run with_proc "$shipped/nfs"
check "nfs: a kernel that does not tell is busy" 1 "does not tell"

new_proc
run with_proc "$shipped/raid"
check "raid: no array, no pool, nothing" 0 ""
mdstat() {
  new_proc
  printf 'Personalities : [raid1]\nmd0 : active raid1 sda1[0] sdb1[1]\n      976630464 blocks super 1.2 [2/2] [UU]\n%s\nunused devices: <none>\n' \
    "$1" >"$work/proc/mdstat"
  run with_proc "$shipped/raid"
}
mdstat ''
check "raid: an array at rest" 0 ""
mdstat '      [=>...................]  resync = 12.6% (37043392/292945152) finish=127.5min speed=33440K/sec'
check "raid: a resync" 1 "RAID array md0: resync at 12.6%"
mdstat '      [=>...................]  recovery =  2.6% (37043392/292945152) finish=127.5min speed=33440K/sec'
check "raid: a recovery" 1 "recovery at 2.6%"
mdstat '      [=>...................]  check = 99.6% (37043392/292945152) finish=1.5min speed=33440K/sec'
check "raid: a monthly check" 1 "check at 99.6%"
mdstat '        resync=DELAYED'
check "raid: a resync that waits for another" 1 "resync at DELAYED"
mdstat '        resync=PENDING'
check "raid: an array that waits for its first write is at rest" 0 ""

new_proc
forgotten_stub zpool
run with_proc "$shipped/raid"
check "raid: ZFS installed, its module not loaded: zpool is not asked" 0 ""
mkdir -p /sys/module/zfs
zpool_says() {
  stub zpool <<<"printf '  pool: tank\n state: ONLINE\n  scan: %s\nconfig:\n' '$1'"
  run with_proc "$shipped/raid"
}
zpool_says 'scrub repaired 0B in 05:12:01 with 0 errors on Sun Nov  8 05:36:02 2026'
check "raid: a scrub that has ended" 0 ""
zpool_says 'scrub in progress since Sun Nov 22 20:00:00 2026'
check "raid: a ZFS scrub" 1 "ZFS pool tank: scrub in progress"
zpool_says 'resilver in progress since Sun Nov 22 20:00:00 2026'
check "raid: a ZFS resilver" 1 "ZFS pool tank: resilver in progress"
stub zpool <<<'echo "internal error: out of memory" >&2; exit 1'
run with_proc "$shipped/raid"
check "raid: zpool failing is busy" 1 "zpool failed: internal error"
rm -r /sys/module
remove_program zpool

mkdir -p /sys/fs/btrfs/4a6a
echo none >/sys/fs/btrfs/4a6a/exclusive_operation
printf '/dev/sda1 /srv/media\\040files btrfs rw 0 0\n' >"$work/proc/self/mounts"
run with_proc "$shipped/raid"
check "raid: btrfs at rest, its tools not installed" 0 ""
stub btrfs <<<'printf "UUID: 4a6a\nStatus:           running\n"'
run with_proc "$shipped/raid"
check "raid: a btrfs scrub" 1 "btrfs /srv/media files: scrub in progress"
stub btrfs <<<'printf "UUID: 4a6a\nStatus:           finished\n"'
run with_proc "$shipped/raid"
check "raid: a btrfs scrub that has ended" 0 ""
stub btrfs <<<'echo "ERROR: scrub status failed" >&2; exit 1'
run with_proc "$shipped/raid"
check "raid: btrfs failing is busy" 1 "ERROR: scrub status failed"
remove_program btrfs
echo balance >/sys/fs/btrfs/4a6a/exclusive_operation
run with_proc "$shipped/raid"
check "raid: a btrfs balance" 1 "btrfs 4a6a: balance"
echo 'balance paused' >/sys/fs/btrfs/4a6a/exclusive_operation
run with_proc "$shipped/raid"
check "raid: a btrfs balance that is paused" 0 ""
rm -r /sys/fs
