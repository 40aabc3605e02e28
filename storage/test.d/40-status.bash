# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with storage/test, which sources this
# --- Status -------------------------------------------------------------------------------------------------------------

only_guard mine <<<'echo "the \"cat\" \\ sleeps"; exit 1'
run jod-check-storage status
check "status: says what keeps the machine on" 0 'busy: the "cat" \ sleeps'
contains "status: says in one line what would happen" "In use: a request for power off is refused." "$output"
contains "status: says that Wake-on-LAN is not armed, and what to do" \
  "enp3s0       02:00:00:c0:ff:ee, not armed now, not armed at the next start: jod-check-storage arm" "$output"
run jod-check-storage status --json
same "status --json: all of it for programs" \
  '{"version":"'"$version"'","busy":true,"guards":[{"name":"mine","busy":true,"words":"the \"cat\" \\ sleeps"}],"inhibitors":[],"wake_on_lan":[{"interface":"enp3s0","mac":"02:00:00:c0:ff:ee","supported":"pumbg","now":"d","armed":false,"kept":false}]}' \
  "$output"
jod-check-storage arm >/dev/null
only_guard
stub busctl <<<'echo "a(ssssuu) 1 \"sleep\" \"x\" \"y\" \"block\" 0 1"'
run jod-check-storage status --json
same "status --json: armed, and an inhibitor" \
  '{"version":"'"$version"'","busy":true,"guards":[],"inhibitors":[{"what":"sleep","words":"inhibited by x: y"}],"wake_on_lan":[{"interface":"enp3s0","mac":"02:00:00:c0:ff:ee","supported":"pumbg","now":"g","armed":true,"kept":true}]}' \
  "$output"
free_machine
all_guards
run jod-check-storage status
check "status: a machine at rest is free, by all shipped guards" 0 "Free: a request for power off is granted."
same "status: all shipped guards are asked" "backup free logged-in free nfs free raid free smb free" \
  "$(sed -n '/^Guards/,/^Inhibitors/s/^  //p' <<<"$output" | tr -s ' \n' ' ' | sed 's/ $//')"
run jod-check-storage status --yaml
check "status: an unknown option is wrong use" 64 "takes --json"
run jod-check-storage
check "no command is wrong use, with help" 64 "Usage:"
run jod-check-storage explode
check "an unknown command is wrong use" 64 "there is no command explode"
run jod-check-storage --help
check "--help" 0 "authorize"
run jod-check-storage --version
check "--version" 0 "$version"
run setpriv --reuid 65534 --clear-groups jod-check-storage authorize
check "only root authorises" 77 "sudo jod-check-storage authorize"

# --- How long NFS clients wait ------------------------------------------------------------------------------------------

# /proc is the kernel's: the script reads the same files elsewhere.
nfs_files=$work/nfsd
mkdir "$nfs_files"
cp /usr/sbin/jod-check-storage "$work/jod-check-storage.real"
sed "s|^nfsd=/proc/fs/nfsd$|nfsd=$nfs_files|" "$work/jod-check-storage.real" >/usr/sbin/jod-check-storage
same "the status reads NFS times at one place" 1 "$(grep -c "^nfsd=$nfs_files$" /usr/sbin/jod-check-storage)"
nfs_times() {
  echo "$1" >"$nfs_files/threads"
  echo "$2" >"$nfs_files/nfsv4gracetime"
  echo "$3" >"$nfs_files/nfsv4leasetime"
}
nfs_part() { sed -n '/^NFS$/,/^Keys$/{/^Keys$/!p}' <<<"$output"; }

run jod-check-storage status
same "NFS: nothing is said where no server is installed" "" "$(nfs_part)"
nfs_times 0 90 90
run jod-check-storage status
same "NFS: nothing is said where no server runs" "" "$(nfs_part)"
run jod-check-storage status --json
same "NFS: nor to programs" 0 "$(grep -c '"nfs":{' <<<"$output" || true)"
nfs_times 8 90 90
run jod-check-storage status
same "NFS: the kernel's own times are shown, with shorter ones to put in their place" \
  'NFS
  grace        90 s
  lease        90 s
  After a start without a clean end, as after a power cut, a film can wait for 90 s. To make
  that shorter, put into /etc/nfs.conf.d/jod-check.conf, and run systemctl restart nfs-server:
    [nfsd]
    grace-time=15
    lease-time=15' "$(nfs_part)"
run jod-check-storage status --json
contains "NFS: the times are there for programs" ',"nfs":{"grace_seconds":90,"lease_seconds":90}}' "$output"
nfs_times 8 15 15
run jod-check-storage status
same "NFS: short times need no proposal" \
  'NFS
  grace        15 s
  lease        15 s' "$(nfs_part)"
nfs_times 8 x 15
run jod-check-storage status
same "NFS: what is no time is not shown" "" "$(nfs_part)"
cp "$work/jod-check-storage.real" /usr/sbin/jod-check-storage
rm -r "$nfs_files" "$work/jod-check-storage.real"
