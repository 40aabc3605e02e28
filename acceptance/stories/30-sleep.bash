# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# Powering B off, and what keeps it on.

is_blocked_by() { [[ $(known poweroff.blocked_by) == *"$1"* ]]; }

story idle 'nobody there for COOLDOWN_TIME: B is powered off over ssh, and is down'
story_idle() {
  household COOLDOWN_TIME=6s
  storage_on
  timer start
  await "$time_limit" "a power-off" has_entry poweroff-requested
  between "not before COOLDOWN_TIME" 6 60 "$(awk -v from="$looked" -v now="$EPOCHREALTIME" 'BEGIN { print now - from }')"
  await "$time_limit" "B is off" storage_is_off
  await 30 "status says so" is_known storage.state down
  same "one line for the power-off" 1 "$(entries poweroff-requested)"
  same "one for B being down" 1 "$(entries storage-down)"
  same "and no other" 2 "$(entries)"
  same "no packet" '' "$(packets)"
  timer stop
  storage_on
  contains "B was asked for it by the key" 'Nothing stands against poweroff' \
    "$(inside B journalctl --quiet --no-pager --boot=-1 --identifier=jod-check-storage --output=cat)"
}

# keeps_busy WORDS: what keeps B busy refuses a power-off by itself and by hand, with the reason.
keeps_busy() {
  await "$time_limit" "the automatic power-off is refused" has_entry poweroff-refused
  contains "with the reason" "$1" "$(messages JOD_EVENT=poweroff-refused)"
  contains "status has it as well" "$1" "$(known poweroff.blocked_by)"
  more_checks 3 2
  same "told once" 1 "$(entries poweroff-refused)"
  same "B is on" on "$(is_on B && echo on)"
  # It would be asked again after five minutes; a person who asks by hand need not wait.
  try inside A jod-check sleep
  same "sleep refuses" 1 "$status"
  contains "with the reason" "$1" "$output"
  same "B is on" on "$(is_on B && echo on)"
}
lets_go() {
  try inside A jod-check sleep
  same "sleep is granted" 0 "$status"
  await "$time_limit" "B is off" storage_is_off
  timer stop
}

story inhibitor 'an inhibitor on B keeps it on, until it ends'
story_inhibitor() {
  household COOLDOWN_TIME=6s
  storage_on
  inside B systemd-run --quiet --unit=acceptance-inhibitor systemd-inhibit --what=shutdown --who=Backup --why='copying films' \
    --mode=block sleep infinity
  await 10 "the inhibitor" inhibits
  timer start
  keeps_busy 'inhibited by Backup: copying films'
  inside B systemctl stop acceptance-inhibitor
  lets_go
}
inhibits() { inside B systemd-inhibit --list --no-pager | grep -q 'copying films'; }

story guard 'a guard of its administrator keeps B on, until it ends'
story_guard() {
  household COOLDOWN_TIME=6s
  storage_on
  local file=$work/B/root/etc/jod-check-storage/guard.d/party
  printf '#!/bin/sh\necho "there is a party"\nexit 1\n' >"$file"
  chmod 755 "$file"
  timer start
  keeps_busy 'there is a party'
  rm "$file"
  lets_go
}

story scan 'a library scan keeps B on, until it ends'
story_scan() {
  household COOLDOWN_TIME=6s
  jellyfin scanning
  storage_on
  timer start
  await "$time_limit" "the scan is in the way" is_blocked_by RefreshLibrary
  try inside A jod-check sleep
  same "sleep refuses as well" 1 "$status"
  contains "with the reason" RefreshLibrary "$output"
  more_checks 3 2
  same "B is on" on "$(is_on B && echo on)"
  same "and was not asked to go" 0 "$(entries poweroff-requested)"
  jellyfin nobody
  await "$time_limit" "B is off once the scan is over" storage_is_off
  timer stop
}

story hold 'a hold keeps B on, until it is taken back'
story_hold() {
  household COOLDOWN_TIME=6s
  storage_on
  try inside A jod-check hold 3h
  same "hold" 0 "$status"
  timer start
  await "$time_limit" "all but the hold is over" is_blocked_by_hold_alone
  more_checks 3 2
  same "B is on" on "$(is_on B && echo on)"
  try inside A jod-check sleep --force
  same "not even sleep --force goes against it" 1 "$status"
  contains "and says why" hold "$output"
  same "nothing was asked of B" 0 "$(entries poweroff-requested)"
  try inside A jod-check release
  same "release" 0 "$status"
  await "$time_limit" "B is off" storage_is_off
  timer stop
}
is_blocked_by_hold_alone() { [[ $(known poweroff.blocked_by) =~ ^a\ hold\ keeps\ it\ on$ ]]; }

story jellyfin-down 'Jellyfin is away for longer than COOLDOWN_TIME: B stays on'
story_jellyfin-down() {
  household COOLDOWN_TIME=6s
  storage_on
  timer start
  await 30 "B is known to be ready" is_known storage.state ready
  look
  jellyfin stop
  more_runs 8
  between "time without Jellyfin" 12 999 "$(awk -v from="$looked" -v now="$EPOCHREALTIME" 'BEGIN { print now - from }')"
  figure "away for $(awk -v from="$looked" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.0f", now - from }') s of COOLDOWN_TIME 6 s"
  same "B is on" on "$(is_on B && echo on)"
  same "and was not asked to go" 0 "$(entries poweroff-requested)"
  contains "status says why" 'Jellyfin did not say' "$(known poweroff.blocked_by)"
  contains "and what is wrong" 'refused the connection' "$(known trouble)"
  jellyfin start
  await "$time_limit" "with Jellyfin back, B goes off" storage_is_off
  timer stop
}
