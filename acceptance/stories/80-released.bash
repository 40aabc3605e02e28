# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# A household of 0.1.0 that gets the new packages. Its packages lie beside the clone, or where ACCEPTANCE_RELEASED says.

# household_of_released [NAME=VALUE…]: installed, configured and paired by 0.1.0's own means, with all that can be enabled.
household_of_released() {
  [ -n "$(packages=$released package_for A)" ] || skip "no packages of 0.1.0 in $released"
  need booted
  [ ! -e "$work/have-installed" ] || uninstall
  packages=$released household "$@"
  same "A has 0.1.0" 0.1.0 "$(version)"
}

version() { inside A dpkg-query --show jod-check | cut -f 2; }

# upgrade: apt, as the README says, with the settings and the state that are there.
upgrade() {
  local settings
  settings=$(inside A sha256sum /etc/default/jod-check)
  # None where nothing has happened yet.
  inside A sh -c 'cat /var/lib/jod-check/history.jsonl >/root/history' || true
  is_off B || install_inside B "$(package_for B)"
  install_inside A "$(package_for A)"
  upgraded=$EPOCHREALTIME
  same "A has the new one" "$(dpkg-deb --field "$(package_for A)" Version)" "$(version)"
  same "the settings are as they were" "$settings" "$(inside A sha256sum /etc/default/jod-check)"
  same "with nothing beside them" '' "$(inside A find /etc/default /etc/jod-check -name '*.dpkg-*')"
  for unit in jod-check.timer jod-check.socket; do
    same "$unit is enabled" enabled "$(inside A systemctl is-enabled "$unit")"
    same "and active" active "$(inside A systemctl is-active "$unit")"
  done
  for unit in jod-check-{online,offline}.path; do
    same "$unit is enabled" enabled "$(inside A systemctl is-enabled "$unit")"
    same "and active" active "$(inside A systemctl is-active "$unit")"
  done
  same "the target that is no more has left no trace" '' \
    "$(inside A systemctl list-units --all --plain --no-legend 'storage-offline*')"
}

# What a user would see of an upgrade that went wrong.
all_is_well() {
  same "the history continues" 0 "$(inside A cmp --bytes="$(inside A stat --format=%s /root/history)" /root/history \
    /var/lib/jod-check/history.jsonl >&2 && echo 0)"
  same "nothing is amiss" null "$(known trouble)"
  same "no error in the journal" '' "$(messages --priority=err)"
  same "no unit of A has failed" '' "$(inside A systemctl list-units --failed --plain --no-legend)"
  try http POST /check
  contains "a webhook is answered" '202 ' "$output"
  await 10 "so is who asks for the status" http_says GET /status '"checked_at"'
  inside A systemctl disable --now jod-check.socket jod-check.timer
}

# spacing NUMBER: the mean time between so many checks from now on.
spacing() {
  local before
  before=$(all_checks)
  await 60 "$1 checks" has_checked "$((before - checks_before + $1))" >&2
  grep ' GET /Sessions$' "$work/jellyfin/requests" | tail -n "+$((before + 1))" | head -n "$1" |
    awk 'NR == 1 { first = $1 } END { printf "%.2f", ($1 - first) / (NR - 1) }'
}

story released-waking 'an upgrade of 0.1.0 in mid-wake: the next request comes when the cooldown is over'
story_released-waking() {
  household_of_released PACKET_COOLDOWN_TIME=40s WAKE_TIMEOUT=5min
  storage_off
  echo 99 >"$work/card/misses"
  inside A systemctl enable --now jod-check.socket jod-check.timer
  await 30 "B is known to be down" is_known storage.state down
  look
  jellyfin browsing
  await 30 "a wake request of 0.1.0" has_requests 1
  try inside A jod-check hold 3h
  same "a hold, by 0.1.0" 0 "$status"
  local first second last until
  last=$(known wake.last) until=$(learned hold.until)
  upgrade
  await 20 "the new one checks" has_checked_since "$upgraded"
  same "it knows of the wake" waking "$(known storage.state)"
  same "and of its request" "$last" "$(learned wake.last)"
  same "and of the hold" "$until" "$(learned hold.until)"
  same "which is the only one" 1 "$(requests | count)"
  await 60 "a second wake request" has_requests 2
  first=$(requests | sed -n 1p | cut -d ' ' -f 1) second=$(requests | sed -n 2p | cut -d ' ' -f 1)
  between "time between the two" 40 48 "$(awk -v first="$first" -v second="$second" 'BEGIN { printf "%.1f", second - first }')"
  figure "requests $(awk -v first="$first" -v second="$second" 'BEGIN { printf "%.1f", second - first }') s apart, of 40 s"
  jellyfin nobody
  between "mean time between checks" 1.8 2.6 "$(spacing 8)"
  same "the second one is all that it has to tell" 1 "$(journal --output=json --unit=jod-check --since="@$upgraded" | count)"
  rm -f "$work/card/misses"
  all_is_well
}
has_checked_since() {
  awk -v since="$1" '/ GET \/Sessions$/ && $1 > since { found = 1 } END { exit !found }' "$work/jellyfin/requests"
}

story released-idle 'an upgrade of 0.1.0 while B idles: B is known to be idle, and goes off once no traffic was seen for COOLDOWN_TIME'
story_released-idle() {
  household_of_released COOLDOWN_TIME=60s
  storage_on
  look
  inside A systemctl enable --now jod-check.socket jod-check.timer
  await 30 "B is known to be ready" is_known storage.state ready
  more_checks 2 2
  upgrade
  await 20 "the new one checks" has_checked_since "$upgraded"
  same "it knows that B is ready" ready "$(known storage.state)"
  same "and that it is idle: since before the upgrade" 1 \
    "$(awk -v seconds="$(learned idle_seconds)" -v from="$upgraded" -v now="$EPOCHREALTIME" 'BEGIN { print (seconds > now - from) }')"
  await "$time_limit" "a power-off" has_entry poweroff-requested
  local after
  after=$(awk -v from="$upgraded" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - from }')
  # 0.1.0 remembered of the traffic with B only its last rate, so that is watched from the upgrade on. The new one's first check
  # may be over before apt is.
  between "not before COOLDOWN_TIME without traffic" 50 80 "$after"
  figure "power-off $after s after the upgrade, of 60 s"
  await "$time_limit" "B is off" storage_is_off
  same "one power-off" 1 "$(entries poweroff-requested)"
  same "no packet" '' "$(packets)"
  await 30 "status says so" is_known storage.state down
  all_is_well
}
