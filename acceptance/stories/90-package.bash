# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# Upgrading, removing, purging. These end the household.

story upgrade 'an upgrade keeps configuration, state and what is enabled, and the checks go on by themselves'
story_upgrade() {
  household
  storage_off
  # There is no older build to come from: the same packages with a lower version take its place.
  storage_on
  install_previous A "$(package_for A)"
  install_previous B "$(package_for B)"
  contains "A has it" '~previous' "$(inside A dpkg-query --show jod-check)"
  storage_off
  inside A systemctl enable --now jod-check.socket jod-check.timer
  await 30 "it checks" has_checked 2
  jellyfin browsing
  echo 99 >"$work/card/misses"
  await 30 "it sends a wake request" has_entry wake-requested
  jellyfin nobody
  try inside A jod-check hold 3h
  more_checks 2 2
  local settings state
  settings=$(inside A sha256sum /etc/default/jod-check)
  state=$(lasting)
  rm -f "$work/card/misses"
  storage_on
  install_inside B "$(package_for B)"
  install_inside A "$(package_for A)"
  lacks "A has the new build" '~previous' "$(inside A dpkg-query --show jod-check)"
  same "the configuration is as it was" "$settings" "$(inside A sha256sum /etc/default/jod-check)"
  same "nothing beside it" '' "$(inside A find /etc/default /etc/jod-check -name '*.dpkg-*')"
  for unit in jod-check.timer jod-check.socket; do
    same "$unit is enabled" enabled "$(inside A systemctl is-enabled "$unit")"
    same "and runs" active "$(inside A systemctl is-active "$unit")"
  done
  more_checks 3 2
  same "what it knew is as it was" "$state" "$(lasting)"
  try inside A jod-check sleep
  contains "the hold is in force" 'a hold keeps it on' "$output"
  contains "B still has the key" jod-check@jellyfin "$(inside B jod-check-storage status)"
}
install_previous() {
  local machine=$1 folder=$work/previous
  rm -rf "$folder"
  dpkg-deb --raw-extract "$2" "$folder"
  sed -i 's/^Version: .*/&~previous/' "$folder/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -z1 --build "$folder" "$work/$machine/root/root/previous.deb"
  try inside "$machine" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --allow-downgrades /root/previous.deb
  same "the previous build can be installed on $machine" 0 "$status"
}
# What a user would miss: the last wake request and the hold.
lasting() { known wake.last && known hold.until; }

story remove 'removing the packages stops everything, purging leaves nothing'
story_remove() {
  need paired
  jellyfin start
  storage_on
  configure "${household_settings[@]}"
  look
  inside A systemctl enable --now jod-check.socket jod-check.timer
  await 30 "it checks" has_checked 2
  await 30 "what hangs on the storage may start" inside A systemctl is-active storage-online.target
  # A guard and a credential of the administrator's are in the folders.
  contains "there is a credential" storage-server-ssh-key "$(inside A ls /etc/jod-check/credentials)"
  inside B ln -s /bin/true /etc/jod-check-storage/guard.d/never
  # The last check but one fails.
  configure "${household_settings[@]}" JELLYFIN_API_KEY=00000000000000000000000000000000 CHECK_INTERVAL=10min
  inside A systemctl restart jod-check.timer
  try inside A systemctl start jod-check
  same "a check fails" failed "$(inside A systemctl is-failed jod-check.service || true)"
  try inside A env DEBIAN_FRONTEND=noninteractive apt-get remove --yes jod-check
  same "apt removes it" 0 "$status"
  same "dpkg has nothing to warn of" '' "$(warnings)"
  # What was enabled is until the purge, in case the package comes back.
  same "no unit runs or has failed" '' "$(units_left --state=active,activating,deactivating,failed)"
  for unit in jod-check.timer jod-check.socket; do
    same "$unit is gone" inactive "$(inside A systemctl is-active "$unit" || true)"
  done
  look
  contains "the configuration is kept" JELLYFIN_API_KEY "$(inside A cat /etc/default/jod-check)"
  contains "so is the state" state.json "$(inside A ls /var/lib/jod-check)"
  local began=$EPOCHREALTIME
  try inside A env DEBIAN_FRONTEND=noninteractive apt-get purge --yes jod-check
  same "apt purges it" 0 "$status"
  same "dpkg has nothing to warn of" '' "$(warnings)"
  try inside B env DEBIAN_FRONTEND=noninteractive apt-get remove --yes jod-check-storage
  lacks "or on B" warning "$output"
  contains "the guard is kept" never "$(inside B ls /etc/jod-check-storage/guard.d)"
  try inside B env DEBIAN_FRONTEND=noninteractive apt-get purge --yes jod-check-storage
  same "apt purges B's" 0 "$status"
  lacks "dpkg has nothing to warn of there either" warning "$output"
  same "no unit is left by the purge" '' "$(units_left)"
  same "nothing is left on A" '' "$(leftovers A)"
  same "nothing is left on B" '' "$(leftovers B)"
  # Two beats of the timer that was.
  await 30 "two beats" has_passed "$began" 5
  same "nobody has asked Jellyfin since" 0 "$(checks)"
  rm -f "$work"/have-*
}
has_passed() { awk -v from="$1" -v now="$EPOCHREALTIME" -v seconds="$2" 'BEGIN { exit !(now - from >= seconds) }'; }
# dpkg's, in what was just said. Debian 12 has systemd's folders in /lib, 13 has them in /usr/lib, where dpkg takes those of
# packages built on 12 for theirs alone; `make buildd` makes packages for 13.
warnings() {
  local elsewhere=none
  ! inside A dpkg-query --search /usr/lib/systemd/system >/dev/null 2>&1 || elsewhere=/lib/systemd/system
  grep warning <<<"$output" | grep -v "directory '$elsewhere" || true
}
# units_left [OPTION]: units of ours that systemd knows, failed and forgotten ones included.
units_left() { inside A systemctl list-units "$@" --all --plain --no-legend 'jod-check*' 'storage-o*'; }
# leftovers MACHINE: files by their name, the user, and what mentions it in /etc.
leftovers() {
  inside "$1" find / -xdev -name '*jod-check*' -not -path '/root/*' -not -path '/proc/*' -not -path '/var/cache/apt/*'
  inside "$1" find /run -name '*jod-check*'
  inside "$1" getent passwd jod-check || true
  inside "$1" getent group jod-check || true
  # The files ending in a dash are what every change of users keeps of the one before.
  inside "$1" grep -rl jod-check /etc --exclude='*-' || true
}
