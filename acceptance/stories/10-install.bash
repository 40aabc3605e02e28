# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# From Debian's packages to a household that is looked after.

story install 'apt installs both packages, and nothing runs before it is enabled'
story_install() {
  need installed
  same "the configuration is root's alone" '600 root' "$(inside A stat -c '%a %U' /etc/default/jod-check)"
  same "the credentials are root's alone" '700 root' "$(inside A stat -c '%a %U' /etc/jod-check/credentials)"
  same "the timer waits to be enabled" disabled "$(inside A systemctl is-enabled jod-check.timer || true)"
  same "and does not run" inactive "$(inside A systemctl is-active jod-check.timer || true)"
  for word in online offline; do
    same "the path unit of $word is enabled" enabled "$(inside A systemctl is-enabled "jod-check-$word.path")"
    same "and active" active "$(inside A systemctl is-active "jod-check-$word.path")"
  done
  same "root's folder is root's alone" '755 root' "$(inside A stat -c '%a %U' /run/jod-check-root)"
  contains "the user is there" /var/lib/jod-check "$(inside A getent passwd jod-check)"
  contains "the catalog is known" 'could not be woken' "$(inside A journalctl --dump-catalog 6a3110f876834deca59cf1bac32642d6)"
  contains "the program runs" 0. "$(inside A jod-check --version)"
  same "no unit of A has failed" '' "$(inside A systemctl list-units --failed --plain --no-legend)"
  contains "B has its user" jod-check "$(inside B getent passwd jod-check)"
  same "sudo takes B's rules" 0 "$(inside B visudo --check --quiet && echo 0)"
}

story unconfigured 'a timer enabled before anything is configured says what is missing, once'
story_unconfigured() {
  need installed
  configure CHECK_INTERVAL=2s
  look
  try inside A systemctl enable --now jod-check.timer
  same "the timer can be enabled" 0 "$status"
  await 30 "the first check" is_told 'STORAGE_SERVER_MAC'
  local page
  page=$(inside A systemctl status --no-pager jod-check || true)
  contains "status names what is missing" 'STORAGE_SERVER_MAC' "$page"
  contains "status has the exit status of a configuration" 'status=78' "$page"
  contains "the journal names the other one too" JELLYFIN_API_KEY "$(messages)"
  same "one entry" 1 "$(entries configuration-invalid)"
  more_runs 2
  await 10 "status still names it" shows 'Status: "Configuration not valid: STORAGE_SERVER_MAC'
  look
  more_runs 5
  same "five more checks add no line to the journal" '' "$(mentions)"
  try inside A systemctl start jod-check
  same "a user who asks is told" 1 "$status"
  await 10 "in the journal" has_entry configuration-invalid
  contains "the catalog says what to do" 'Correct /etc/default/jod-check' "$(journal --catalog --unit=jod-check)"
  inside A systemctl disable --now jod-check.timer
}
# Between two runs systemctl status has what the last one said.
shows() { [[ $(inside A systemctl status --no-pager jod-check) == *"$1"* ]]; }
is_told() { [[ $(messages) == *"$1"* ]]; }
# Waits for so many runs of the service, told by their identity.
more_runs() {
  local number last='' now
  for ((number = 0; number <= $1; number++)); do
    await 30 "run $number" has_another_run "$last"
    last=$(inside A systemctl show --property=InvocationID --value jod-check)
  done
}
has_another_run() {
  local now
  now=$(inside A systemctl show --property=InvocationID --value jod-check)
  [ -n "$now" ] && [ "$now" != "$1" ]
}

story pair 'pair and authorize, as they say themselves, let A log into B'
story_pair() {
  need paired
  storage_on
  contains "the key is root's alone" '600 root' "$(inside A stat -c '%a %U' /etc/jod-check/credentials/storage-server-ssh-key)"
  local page
  page=$(inside B jod-check-storage status)
  contains "B lists the key" jod-check@jellyfin "$page"
  contains "B is free" 'Free: ' "$page"
  try inside A jod-check pair jod-check@nas.lan
  same "pairing again changes nothing" 0 "$status"
  contains "and knows B" 'is known' "$output"
}

story doctor 'doctor finds nothing wrong in a household in order'
story_doctor() {
  household CHECK_INTERVAL=30s
  storage_on
  # Where A has B's films.
  inside A mkdir -p /media/films
  inside A mountpoint --quiet /media/films || inside A mount -t tmpfs films /media/films
  inside A systemctl enable --now jod-check.timer
  try inside A jod-check doctor
  inside A systemctl disable --now jod-check.timer
  lacks "no fault" 'fault  ' "$output"
  same "exit status" 0 "$status"
  # What stands in for B's card has no udev to arm it at every start.
  same "no warning but that B's card is not armed for good" 1 "$(grep -c '^warning' <<<"$output")"
  contains "that one" 'not after its next start' "$output"
  figure "$(grep -c '^ok' <<<"$output") good"
}

story doctor-finds 'doctor names every fault of a household that has many'
story_doctor-finds() {
  household STORAGE_SERVER_MAC=03:00:00:c0:ff:ee JELLYFIN_API_KEY=00000000000000000000000000000000 \
    STORAGE_SERVER_ADDRESS=nas.lan:2050 BROADCAST_ADDRESS=198.51.100.255
  storage_on
  try inside A jod-check doctor
  same "exit status" 1 "$status"
  contains "the address" '03:00:00:c0:ff:ee is a multicast address' "$output"
  contains "the key" 'rejected the API key (401)' "$output"
  contains "the service" 'nas.lan:2050 refuses the connection' "$output"
  contains "the way of the packet" 'cannot leave to 198.51.100.255:9' "$output"
  contains "the timer" 'jod-check.timer does not run' "$output"
  lacks "no secret" 00000000000000000000000000000000 "$output"
  configure CHECK_INTERVAL=soon
  try inside A jod-check doctor
  same "exit status of a wrong configuration" 78 "$status"
  contains "what is wrong" 'CHECK_INTERVAL: "soon" is not understood' "$output"
  contains "what is missing" 'STORAGE_SERVER_MAC: not set' "$output"
}

story wrong-key 'systemctl start with a wrong API key fails visibly, and says what to do'
story_wrong-key() {
  household JELLYFIN_API_KEY=00000000000000000000000000000000
  try inside A systemctl start jod-check
  same "systemctl fails" 1 "$status"
  contains "and says where to look" jod-check.service "$output"
  await 10 "an entry" has_entry jellyfin-rejected-key
  contains "the journal says what happened" 'rejected the API key (401)' "$(messages)"
  contains "the catalog says what to do" 'Make an API key in Jellyfin' "$(journal --catalog --unit=jod-check)"
  await 10 "so does systemctl status" shows 'rejected the API key'
  contains "with the exit status" 'status=77' "$(inside A systemctl status --no-pager jod-check || true)"
  lacks "the key is nowhere in the journal" 00000000000000000000000000000000 "$(journal --output=export)"
}

story credentials 'what keeps systemd from handing over the credentials is explained, for the service cannot'
story_credentials() {
  household
  local folder=/etc/jod-check/credentials
  refuses "a colon in a name" key:old touch "$folder/key:old"
  inside A rm "$folder/key:old"
  refuses "more than 1 MiB" backup truncate --size=1048577 "$folder/backup"
  inside A rm "$folder/backup"
  inside A mv "$folder" "$folder.aside"
  refuses "no folder" "$folder is missing" true
  inside A systemd-tmpfiles --create jod-check.conf
  same "the package makes it anew" '700 root' "$(inside A stat -c '%a %U' "$folder")"
  inside A rmdir "$folder"
  inside A mv "$folder.aside" "$folder"
  try inside A systemctl start jod-check
  same "without them the service starts" 0 "$status"
}
# refuses WHAT WORDS COMMAND…: after the command the service cannot start, and these words say why.
refuses() {
  local what=$1 words=$2
  shift 2
  inside A "$@"
  try inside A systemctl start jod-check
  same "$what: the service does not start" 1 "$status"
  same "for its credentials" 243 "$(inside A systemctl show --property=ExecMainStatus --value jod-check)"
  try inside A jod-check doctor
  contains "doctor knows the status" 243/CREDENTIALS "$output"
  contains "and the reason" "$words" "$output"
  contains "status as well" 243/CREDENTIALS "$(inside A jod-check status)"
  inside A systemctl reset-failed jod-check
}
