# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# Watching, and waking.

story beat 'checks come at CHECK_INTERVAL'
story_beat() {
  household CHECK_INTERVAL=3s
  storage_off
  timer start
  await 120 "21 checks" has_checked 21
  local mean
  mean=$(grep ' GET /Sessions$' "$work/jellyfin/requests" | tail -n "+$((checks_before + 1))" | head -n 21 |
    awk 'NR == 1 { first = $1 } END { printf "%.3f", ($1 - first) / (NR - 1) }')
  between "the mean of 20 spacings" 2.85 3.15 "$mean"
  figure "mean of 20: $mean s of 3 s"
}

story quiet 'while nobody is there, ten checks send nothing, write nothing and log nothing'
story_quiet() {
  household CHECK_INTERVAL=1s
  storage_off
  timer start
  await 30 "B is known to be down" is_known storage.state down
  more_checks 1 1
  look
  local before after
  before=$(remembered)
  more_checks 10 1
  after=$(remembered)
  same "/var/lib/jod-check is as it was" "$before" "$after"
  same "no packet" '' "$(packets)"
  same "no line in the journal, by any unit" '' "$(mentions)"
  same "no entry of its units" 0 "$(journal --output=json --unit=jod-check.service --unit=jod-check.timer | count)"
  figure "$(checks) checks"
}
# Contents and times of all that must survive a reboot.
remembered() {
  inside A find /var/lib/jod-check -printf '%p %y %m %s %T@ %C@ %i\n' | sort
  inside A find /var/lib/jod-check -type f -exec sha256sum {} + | sort
}

story wake 'somebody opens the app: one request, B boots and is ready, one line each'
story_wake() {
  household
  storage_off
  timer start
  await 30 "B is known to be down" is_known storage.state down
  same "nobody is active" false "$(learned activity.active)"
  same "and nothing was sent" null "$(learned wake.last)"
  look
  jellyfin browsing
  await 30 "a wake request" has_requests 1
  local opened=$looked
  figure "packet after $(awk -v from="$opened" '{ printf "%.1f", $1 - from }' < <(requests)) s"
  await 10 "status says so" is_known storage.state waking
  same "who asked" Anna "$(learned activity.sessions.0.user)"
  same "one request" 1 "$(learned wake.requests)"
  await "$time_limit" "B is ready" is_known storage.state ready
  figure "ready $(awk -v from="$opened" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - from }') s after"
  more_checks 2 2

  same "one wake request" 1 "$(requests | count)"
  same "of three copies" 3 "$(packets | count)"
  local list
  list=$(printf "$mac,%.0s" {1..16})
  same "each is Wake-on-LAN by a dissector's reading, to everybody on the wire, with B's address 16 times" \
    "WOL ff:ff:ff:ff:ff:ff $broadcast 9 110 ${list%,}" "$(packets | cut -f 2- | tr '\t' ' ' | sort -u)"
  same "B's card woke by it" woke "$(tail -n 1 "$work/card/heard" | cut -d ' ' -f 2)"
  same "one line for the request" 1 "$(entries wake-requested)"
  same "one for the storage being ready" 1 "$(entries storage-ready)"
  same "and no other" 2 "$(entries)"
  contains "the first names who and where to" "wake request to $mac: Anna" "$(messages JOD_EVENT=wake-requested)"
  contains "status has it for people" 'Storage   ready' "$(inside A jod-check status)"
  await 10 "so has systemctl status" shows 'Status: "Storage ready · Anna browsing'
  timer stop
}

story language 'a television is told in the language of Jellyfin, or in that of NOTIFY_LANGUAGE, that B starts and is ready'
story_language() {
  household
  storage_off
  says System_Configuration '{"ServerName":"jellyfin","PreferredMetadataLanguage":"en","UICulture":"de"}'
  : >"$work/jellyfin/shown"
  timer start
  await 30 "B is known to be down" is_known storage.state down
  jellyfin browsing-on-screen
  await "$time_limit" "B is ready" is_known storage.state ready
  await 10 "two messages" shows_messages 2
  local first
  first=$(head -n 1 "$work/jellyfin/shown")
  contains "the first is German" 'living-room: Bitte warten: Der Medienspeicher startet. Das ' "$first"
  figure "$first"
  same "and so is the second" 'living-room: Bereit: Der Medienspeicher ist bereit.' "$(sed -n 2p "$work/jellyfin/shown")"
  same "the language is asked for once for each" 2 "$(grep -c ' 200 GET /System/Configuration$' "$work/jellyfin/requests")"
  timer stop

  household NOTIFY_LANGUAGE=pl LANG=C
  storage_off
  timer start
  await 30 "B is known to be down" is_known storage.state down
  jellyfin browsing-on-screen
  await 30 "a third message" shows_messages 3
  contains "it is Polish" 'living-room: Proszę czekać: Serwer plików się uruchamia. ' "$(sed -n 3p "$work/jellyfin/shown")"
  await "$time_limit" "B is ready" is_known storage.state ready
  timer stop
  rm "$work/jellyfin/System_Configuration.json"
}
shows_messages() { [ "$(count <"$work/jellyfin/shown")" -ge "$1" ]; }

story webhook 'a webhook has a check made at once, between two beats'
story_webhook() {
  household_by_webhook
  look
  jellyfin browsing
  try http POST /check
  contains "the answer" '202 ' "$output"
  await 20 "a wake request" has_requests 1
  figure "packet after $(awk -v from="$looked" '{ printf "%.1f", $1 - from }' < <(requests)) s, with CHECK_INTERVAL at 10 min"
  await 20 "one may ask for the status" http_says GET /status '"state":"waking"'
  await "$time_limit" "B boots" has_booted B
  await "$time_limit" "B's storage service is there" answers 2049
  try http POST /check
  await 20 "and is told when B is ready" http_says GET /status '"state":"ready"'
  inside A systemctl stop jod-check.socket
  timer stop
}
# http METHOD PATH: of jod-check's socket; prints the status and the body.
http() {
  nsenter --net=/run/netns/A python3 - "$@" <<'END'
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 8097, timeout=20)
connection.request(sys.argv[1], sys.argv[2], body=b"{}" if sys.argv[1] == "POST" else None)
answer = connection.getresponse()
print(answer.status, answer.read().decode())
END
}
http_says() { [[ $(http "$1" "$2") == "200 "*"$3"* ]]; }

story missed 'B misses two wake requests, and is woken by the third'
story_missed() {
  household PACKET_COOLDOWN_TIME=4s
  storage_off
  timer start
  await 30 "B is known to be down" is_known storage.state down
  echo 2 >"$work/card/misses"
  look
  jellyfin browsing
  await "$time_limit" "B is ready" is_known storage.state ready
  same "the card missed two and heard the third" 'missed missed woke' "$(tail -n 3 "$work/card/heard" | cut -d ' ' -f 2 | xargs)"
  local gaps
  gaps=$(requests | awk 'NR > 1 { printf "%s%.1f", separator, $1 - last; separator = " " } { last = $1 }')
  for gap in $gaps; do
    between "time between two requests" 4 9 "$gap"
  done
  figure "$(requests | count) requests, $gaps s apart"
  timer stop
}

story cooldown 'A restarts in mid-cooldown, and the cooldown holds'
story_cooldown() {
  household PACKET_COOLDOWN_TIME=25s
  storage_off
  # B sleeps through all of it.
  echo 99 >"$work/card/misses"
  inside A systemctl enable --now jod-check.timer
  await 30 "B is known to be down" is_known storage.state down
  look
  jellyfin browsing
  await 30 "a wake request" has_requests 1
  local first second
  first=$(requests | head -n 1 | cut -d ' ' -f 1)
  restart_a
  local checked
  checked=$(checks)
  await 40 "a second wake request" has_requests 2
  second=$(requests | sed -n 2p | cut -d ' ' -f 1)
  between "checks by the restarted A before it" 2 99 $(($(checks) - checked))
  between "time between the two" 25 32 "$(awk -v first="$first" -v second="$second" 'BEGIN { printf "%.1f", second - first }')"
  figure "requests $(awk -v first="$first" -v second="$second" 'BEGIN { printf "%.1f", second - first }') s apart, of 25 s"
  figure "$(($(checks) - checked)) checks in between"
  inside A systemctl disable --now jod-check.timer
  rm "$work/card/misses"
}
restart_a() {
  local before
  before=$(leader A)
  inside A systemctl reboot || true
  await "$time_limit" "A goes down" is_another_leader "$before"
  await "$time_limit" "A is back" has_booted A
}
is_another_leader() { [ "$(leader A)" != "$1" ]; }

has_packets() { [ "$(packets | count)" = "$1" ]; }

story hundred 'a hundred changes are a hundred entries under journalctl -u jod-check'
story_hundred() {
  # B's kernel answers and its service does not, so every check sends a request.
  household PACKET_COOLDOWN_TIME=1ms WOL_COPIES=1
  storage_on
  inside B systemctl stop storage.socket
  jellyfin browsing
  look
  try inside A bash -c 'for ((check = 0; check < 100; check++)); do systemctl start jod-check || exit 1; done'
  inside B systemctl start storage.socket
  same "a hundred checks end well" 0 "$status"
  inside A journalctl --sync
  same "a hundred entries" 100 "$(entries wake-requested)"
  await 10 "a hundred packets" has_packets 100
  same "and no other" 100 "$(entries)"
}
