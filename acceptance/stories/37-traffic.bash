# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # what the helpers set; and what other shells expand
# What programs of A do with B, of which Jellyfin knows nothing: B stays on. Seen by the service, in its sandbox.

# streams WORDS COMMAND: while the command runs on A, over a share of B's, B is not powered off, and status says why.
streams() {
  local words=$1
  shift
  note "$words"
  inside A bash -c "$*"
  same "$words: B is not powered off" 0 "$(entries poweroff-requested)"
  await 15 "$words: status says so" is_blocked_by 'traffic: something on this machine read from the storage'
  note "$(learned poweroff.blocked_by)"
}

story traffic 'who reads over a share, slowly or in bursts, or writes, is never cut off; half a minute later B is powered off'
story_traffic() {
  household_with_share CHECK_INTERVAL=2s COOLDOWN_TIME=30s
  storage_on
  inside B sh -c 'head -c 60M /dev/urandom >/srv/media/films/long && chown -R media /srv/media'
  timer start
  streams "slowly" 'exec 3<'"$share"'/films/long; for n in $(seq 60); do head -c 300K <&3 >/dev/null; sleep 1; done'
  contains "by which port" '(port 22)' "$(known poweroff.blocked_by)"
  # A player with a large buffer. More than COOLDOWN_TIME and a minute's sight lie between two of these.
  streams "in bursts" 'exec 3<'"$share"'/films/long; for n in 1 2 3; do head -c 10M <&3 >/dev/null; sleep 45; done'
  streams "written" 'for n in 1 2; do head -c 8M /dev/zero >'"$share"'/films/copy; sleep 40; done'
  local ended=$EPOCHREALTIME
  await 180 "nobody any more: a power-off" has_entry poweroff-requested
  figure "asked $(awk -v from="$ended" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.0f", now - from + 40 }') s after the last byte"
  await "$time_limit" "B is off" storage_is_off
  timer stop
}

story traffic-idle 'a share that is mounted, and a folder in which somebody looks around, do not keep B on'
story_traffic-idle() {
  household_with_share CHECK_INTERVAL=2s COOLDOWN_TIME=20s
  storage_on
  timer start
  local began=$EPOCHREALTIME
  inside A bash -c 'for n in $(seq 10); do ls -lR '"$share"' >/dev/null; sleep 1; done'
  await 60 "a power-off" has_entry poweroff-requested
  figure "after $(awk -v from="$began" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.0f", now - from }') s"
  await "$time_limit" "B is off" storage_is_off
  timer stop
}

story traffic-unseen 'a sandbox that hides the connections keeps B on; the check, status and doctor say so'
story_traffic-unseen() {
  household COOLDOWN_TIME=6s
  storage_on
  edit_service RestrictAddressFamilies= 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6'
  timer start
  await 30 "checks" has_checked 8
  same "B is not powered off" 0 "$(entries poweroff-requested)"
  contains "status says why" "the kernel does not tell this machine's connections with it" "$(known poweroff.blocked_by)"
  try inside A jod-check doctor
  same "doctor finds a fault" 1 "$status"
  contains "it says which" 'RestrictAddressFamilies= of jod-check.service lacks AF_NETLINK' "$output"
  forget_edits
  await "$time_limit" "without the edit, a power-off" has_entry poweroff-requested
  await "$time_limit" "B is off" storage_is_off
  timer stop
  try inside A jod-check doctor
  lacks "and doctor finds none" AF_NETLINK "$output"
}

story traffic-sleep 'sleep by hand looks twice: who reads at that moment refuses it, who read a minute ago does not'
story_traffic-sleep() {
  household_with_share
  storage_on
  inside B sh -c 'head -c 60M /dev/urandom >/srv/media/films/long && chown -R media /srv/media'
  inside A cat "$share/films/one"
  inside A systemd-run --quiet --unit=reader sh -c \
    'exec 3<'"$share"'/films/long; while head -c 500K <&3 >/dev/null; do sleep 0.3; done'
  sleep 2
  try inside A jod-check sleep
  same "it is refused" 1 "$status"
  contains "with the reason" 'cross between this machine and the storage' "$output"
  inside A systemctl stop reader
  sleep 2
  try inside A jod-check sleep
  same "then it is done" 0 "$status"
  await "$time_limit" "B is off" storage_is_off
}
