# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# What root's commands do where the user jod-check can write, and what they and the service agree on.

as_user() { inside A setpriv --reuid=jod-check --regid=jod-check --clear-groups "$@"; }

story planted-links "links that the user jod-check plants lead root's commands nowhere, and no copy of the key is left"
story_planted-links() {
  household
  storage_on
  inside A systemctl start jod-check
  inside A sh -c 'mkdir -m 700 -p /root/.ssh; echo secret >/root/.ssh/storage-server-ssh-key; echo secret >/root/.ssh/state.json'
  local before command name
  before=$(outside)
  as_user ln -sfn /root/.ssh /run/jod-check/credentials
  for name in lock runtime.json status.json; do as_user ln -sf "/root/.ssh/$name" "/run/jod-check/$name.new"; done
  as_user ln -sf /root/.ssh/state.json /var/lib/jod-check/state.json.new
  for command in 'hold 1h' release 'wake --no-wait' doctor status; do
    # shellcheck disable=SC2086 # words
    try inside A jod-check $command
  done
  try inside A jod-check sleep --force
  same "sleep hands the key over all the same" 0 "$status"
  same "nothing of root's has changed" "$before" "$(outside)"
  same "no copy of the key is left" '' "$(copies)"
  inside A sh -c 'rm -r /root/.ssh /run/jod-check/credentials; rm -f /run/jod-check/*.new /var/lib/jod-check/*.new'
  await "$time_limit" "B is off" storage_is_off
}
outside() { inside A find /root /etc/jod-check /etc/default -printf '%p %i %m %u %g %s\n' | sort; }
copies() { inside A sh -c 'grep -rlF "PRIVATE KEY" /run /var/lib/jod-check /tmp /dev/shm 2>/dev/null | grep -v ^/run/credentials/' || true; }

story one-boot 'what root does by hand takes nothing from the idle count, though a container has a boot id of its own'
story_one-boot() {
  household COOLDOWN_TIME=10min
  storage_on
  timer start
  await "$time_limit" "some idle time" is_idle_for 6
  timer stop
  local idle
  idle=$(known idle_seconds)
  try inside A jod-check hold 1h
  same "hold" 0 "$status"
  same "the count is as it was" "$idle" "$(known idle_seconds)"
  try inside A systemctl start jod-check
  between "and continues" "$idle" 120 "$(known idle_seconds)"
  same "the service and root's shell see different ids" different "$(inside A sh -c '
    mount -t proc proc /mnt && cmp -s /mnt/sys/kernel/random/boot_id /proc/sys/kernel/random/boot_id || echo different
    umount /mnt')"
  try inside A jod-check release
}
is_idle_for() { [[ $(known idle_seconds) =~ ^[0-9]+$ ]] && [ "$(learned idle_seconds)" -ge "$1" ]; }
