# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# From the package to a household by one command.

story setup 'one confirmed link, and Enter at everything else: a household without faults'
story_setup() {
  need installed
  storage_on
  inside A bash -c 'rm -rf /var/lib/jod-check/* /run/jod-check/*'
  cp "$work/A/default" "$work/A/root/etc/default/jod-check"
  inside A mv /etc/jod-check/credentials/storage-server-ssh-key /root/ 2>/dev/null || true
  rm -f "$work/jellyfin/confirmed" "$work/jellyfin/made"
  jellyfin start
  jellyfin nobody
  # A plain line of fstab, of a file system that any kernel has.
  echo 'media@nas.lan:/srv/media /srv/b-films fuse.sshfs defaults,_netdev,noauto 0 0' >>"$work/A/root/etc/fstab"
  # Somebody at a terminal: the link is confirmed once it is there, and the rest is Enter.
  {
    await 60 "the code is shown" grep -q 'QuickConnect/Connect' "$work/jellyfin/requests" >&2
    echo yes >"$work/jellyfin/confirmed"
    # It may be over before all of them.
    trap '' PIPE
    for _ in {1..20}; do
      sleep 1
      echo 2>/dev/null || break
    done
  } | inside A script --quiet --return --command 'jod-check setup --storage nas.lan:2049' /dev/null >"$story.screen" 2>&1 ||
    fail "setup ends well" "$(cat "$story.screen")"
  output=$(tr -d '\r' <"$story.screen")
  note "$output"
  contains "the link" '/web/#/quickconnect?code=336899' "$output"
  contains "doctor finds no fault" '0 faults' "$output"
  local file=$work/A/root/etc/default/jod-check
  contains "B's MAC address, by the neighbours" "STORAGE_SERVER_MAC=$mac" "$(cat "$file")"
  contains "its network" "BROADCAST_ADDRESS=$broadcast" "$(cat "$file")"
  same "the key is root's alone" '600 root' "$(inside A stat -c '%a %U' /etc/jod-check/credentials/jellyfin-api-key)"
  same "the timer runs" active "$(inside A systemctl is-active jod-check.timer)"
  same "and will" enabled "$(inside A systemctl is-enabled jod-check.timer)"
  same "the socket listens" active "$(inside A systemctl is-active jod-check.socket)"
  same "the session has ended" 1 "$(grep -c 'POST /Sessions/Logout' "$work/jellyfin/requests")"
  await 60 "checks are made" is_known storage.state ready
  try inside A jod-check setup --yes
  same "again, it asks nothing and changes nothing" 0 "$status"
  contains "and says so" 'is as it should be' "$output"
  sed -i '/b-films/d' "$work/A/root/etc/fstab"
  inside A systemctl disable --now jod-check.timer jod-check.socket
  inside A mv /root/storage-server-ssh-key /etc/jod-check/credentials/ 2>/dev/null || true
}

story setup-rehearsal 'the rehearsal of set-up: B goes off by its key, comes back by its packet, and how long that took is told'
story_setup-rehearsal() {
  household COOLDOWN_TIME=1h
  storage_on
  look
  try inside A jod-check setup --yes --watts 85,3 --rehearse
  same "set-up ends well" 0 "$status"
  contains "B has gone" 'Silent after ' "$output"
  contains "and is back" 'It went, and came back: ' "$output"
  same "B heard the packet once" 1 "$(requests | count)"
  same "B is on" on "$(is_on B && echo on)"
  contains "what was given is written" STORAGE_SERVER_WATTS=85,3 "$(cat "$work/A/root/etc/default/jod-check")"
  inside A systemctl disable --now jod-check.timer jod-check.socket
}
