# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# Need that Jellyfin does not know, and commands of the administrator's own.

# script NAME: puts an executable into A's activity.d, from standard input.
script() {
  { echo '#!/bin/sh' && cat; } >"$work/A/root/etc/jod-check/activity.d/$1"
  chmod 755 "$work/A/root/etc/jod-check/activity.d/$1"
}
no_scripts() { rm -f "$work"/A/root/etc/jod-check/activity.d/*; }
# needs STATUS: with what the script ends from now on.
needs() { inside A sh -c "echo $1 >/run/need"; }
is_script() { [ "$(known activity.sessions.0.kind 2>/dev/null)" = script ]; }

story script 'a script of activity.d wakes B, keeps it on, and lets it go'
story_script() {
  household COOLDOWN_TIME=6s
  script downloads <<'END'
status=$(cat /run/need) || exit 3
[ "$status" = 1 ] || echo "2 films"
exit "$status"
END
  storage_off
  needs 1
  timer start
  await 30 "B is known to be down" is_known storage.state down
  look
  more_checks 3 2
  same "a need of nothing sends nothing" '' "$(packets)"
  needs 2
  await 30 "the script is known" is_script
  more_checks 3 2
  same "what only keeps B on sends nothing" '' "$(packets)"
  needs 0
  await 30 "a wake request" has_requests 1
  contains "with the script and its reason" 'the script downloads needs the storage (2 films)' \
    "$(messages JOD_EVENT=wake-requested)"
  same "status has the script" downloads "$(known activity.sessions.0.client)"
  same "and its reason" '2 films' "$(learned activity.sessions.0.device)"
  await "$time_limit" "B is ready" is_known storage.state ready
  needs 2
  more_checks 6 2
  contains "it keeps B on" 'the script downloads keeps it on' "$(known poweroff.blocked_by)"
  same "B is on" on "$(is_on B && echo on)"
  try inside A jod-check report
  contains "the report tells who woke B" 'the script downloads' "$output"
  needs 1
  await "$time_limit" "B is off" storage_is_off
  timer stop
  no_scripts
}

story script_hangs 'a script that hangs keeps B on, and nothing of it is left'
story_script_hangs() {
  household COOLDOWN_TIME=6s
  storage_on
  script hangs <<'END'
sleep 4321 &
sleep 4321
END
  timer start
  await 30 "its need is unknown" is_blocked_by_script 'took longer than 3s'
  more_checks 6 2
  same "B is on" on "$(is_on B && echo on)"
  same "no packet" '' "$(packets)"
  timer stop
  inside A systemctl stop jod-check.service
  same "no process of it is left" '' "$(pgrep -f 'sleep 4321' || true)"
  try inside A jod-check doctor
  contains "doctor names it" '"hangs" does not say whether the storage is needed' "$output"
  try inside A jod-check sleep
  same "a power-off by hand is refused" 1 "$status"
  no_scripts
  timer start
  await "$time_limit" "B is off once the script is gone" storage_is_off
  timer stop
}
is_blocked_by_script() { [[ $(known poweroff.blocked_by) == *"$1"* ]]; }

story wake_command 'a command of the administrator wakes B in the place of the packet, without its MAC address'
story_wake_command() {
  household STORAGE_SERVER_MAC= WAKE_COMMAND='/usr/local/bin/wake-b "a word"' PACKET_COOLDOWN_TIME=20s
  # The packet by other means: perl is on every Debian.
  cat >"$work/A/root/usr/local/bin/wake-b" <<END
#!/usr/bin/perl
use Socket;
die "no such machine as \$ARGV[0]\n" unless "@ARGV" eq "a word" && ! -e "/run/broken";
socket(S, AF_INET, SOCK_DGRAM, 0) && setsockopt(S, SOL_SOCKET, SO_BROADCAST, 1) or die "\$!\n";
send(S, "\xff" x 6 . pack("H12", "${mac//:/}") x 16, 0, sockaddr_in(9, inet_aton("$broadcast"))) or die "\$!\n";
END
  chmod 755 "$work/A/root/usr/local/bin/wake-b"
  storage_off
  timer start
  await 30 "B is known to be down" is_known storage.state down
  inside A touch /run/broken
  look
  jellyfin browsing
  await 30 "a failure is told" has_entry wake-failed
  contains "with the command's words, and not its own argument" 'no such machine as [secret]' \
    "$(messages JOD_EVENT=wake-failed)"
  same "no packet" '' "$(packets)"
  inside A rm /run/broken
  await "$time_limit" "B is ready" is_known storage.state ready
  contains "the journal names the command" 'Sent a wake request by "/usr/local/bin/wake-b": Anna is browsing' \
    "$(messages JOD_EVENT=wake-requested)"
  lacks "and speaks of no packet" packet "$(messages)"
  same "one packet, for the command sends one" 1 "$(packets | count)"
  jellyfin nobody
  timer stop
  try inside A jod-check doctor
  contains "doctor names the command alone" 'by "/usr/local/bin/wake-b"' "$output"
  lacks "and not its words" 'a word' "$output"
  storage_off
  look
  try inside A jod-check wake
  same "wake waits until B is ready" 0 "$status"
  same "by one packet" 1 "$(packets | count)"
}

story ssh_command 'a storage server that takes another command over ssh is powered off by it'
story_ssh_command() {
  household STORAGE_SERVER_SSH=root@nas.lan STORAGE_SERVER_SSH_COMMAND=/sbin/ACTION COOLDOWN_TIME=6s
  storage_on
  local key
  key=$(inside A ssh-keygen -y -f /etc/jod-check/credentials/storage-server-ssh-key)
  mkdir -p "$work/B/root/root/.ssh"
  cat >"$work/B/root/root/only-poweroff" <<'END'
#!/bin/sh
echo "asked: $SSH_ORIGINAL_COMMAND" >>/root/asked
[ "$SSH_ORIGINAL_COMMAND" = /sbin/poweroff ] || exit 1
exec /sbin/poweroff
END
  chmod 755 "$work/B/root/root/only-poweroff"
  echo "restrict,command=\"/root/only-poweroff\" $key" >"$work/B/root/root/.ssh/authorized_keys"
  chmod 700 "$work/B/root/root/.ssh"
  rm -f "$work/B/root/root/asked"
  timer start
  await "$time_limit" "a power-off" has_entry poweroff-requested
  await "$time_limit" "B is off" storage_is_off
  await 30 "status says so" is_known storage.state down
  timer stop
  same "B was asked for that" 'asked: /sbin/poweroff' "$(cat "$work/B/root/root/asked")"
  same "no failure" 0 "$(entries poweroff-failed)"
  try inside A jod-check status
  same "status ends well" 0 "$status"
  rm -r "$work/B/root/root/.ssh" "$work/B/root/root/only-poweroff"
}

story mount_port 'without STORAGE_SERVER_ADDRESS, a mount in fstab tells the port'
story_mount_port() {
  household STORAGE_SERVER_ADDRESS=
  storage_on
  timer start
  await 30 "ready, by the port of ssh" is_known storage.state ready
  contains "which is a warning" 'its ssh port answers' "$(known warnings)"
  echo "$address_b:/srv/media /srv/b-port nfs4 noauto,port=2049" >>"$work/A/root/etc/fstab"
  more_checks 2 2
  same "no warning with a mount, found by /etc/hosts" '[]' "$(known warnings)"
  try inside A jod-check doctor
  contains "doctor tells which" 'nas.lan:2049 answers; the port is that of the mount "/srv/b-port"' "$output"
  sed -i '/b-port/d' "$work/A/root/etc/fstab"
  timer stop
}
