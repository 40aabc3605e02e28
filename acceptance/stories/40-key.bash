# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# What somebody can do on B who has stolen A's key.

story key 'the key on B can ask for four things, and nothing else'
story_key() {
  household
  storage_on
  # B notes who asks.
  by_key nas.lan status
  inside B find /tmp /var/tmp /var/lib/jod-check-storage -mindepth 1 >"$work/before"
  local -a refused=('' id 'sh -c id' /bin/sh 'systemctl poweroff' 'systemctl reboot' 'systemctl --check-inhibitors=no poweroff'
    reboot halt 'poweroff --force' 'status; touch /tmp/evil' 'status && touch /tmp/evil' 'status | touch /tmp/evil'
    $'status\ntouch /tmp/evil' "status \$(touch /tmp/evil)" "status \`touch /tmp/evil\`" ' status' 'status ' 'STATUS'
    'sudo -n /usr/lib/jod-check-storage/helper poweroff' 'internal-sftp' '/usr/lib/openssh/sftp-server'
    'rsync --server . /tmp' 'scp -t /tmp' 'env touch /tmp/evil' "status'" "status\\" '*')
  local request
  for request in "${refused[@]}"; do
    by_key nas.lan "$request"
    same "'$request' is refused" 64 "$status"
    contains "in words" 'this key can ask for' "$output"
  done
  by_key -tt nas.lan
  contains "no terminal" 'PTY allocation request failed' "$output"
  lacks "and no shell" '$ ' "$output"
  echo secret >"$work/A/root/root/file"
  try inside A timeout 20 scp -O "${key_options[@]}" /root/file jod-check@nas.lan:/tmp/evil
  between "scp fails" 1 255 "$status"
  try inside A timeout 20 scp -s "${key_options[@]}" /root/file jod-check@nas.lan:/tmp/evil
  between "sftp fails" 1 255 "$status"
  try inside A timeout 20 ssh "${key_options[@]}" -W 127.0.0.1:2049 jod-check@nas.lan
  between "no way through to other ports" 1 255 "$status"
  contains "for it is forbidden" 'administratively prohibited' "$output"
  by_key -o ExitOnForwardFailure=yes -R 2051:127.0.0.1:22 nas.lan status
  same "no way back" 255 "$status"
  contains "for it is refused" 'remote port forwarding failed' "$output"
  by_key -v nas.lan status
  same "of all that a key can be allowed, sshd allows the command alone" 'key options: command' \
    "$(grep -o 'key options: .*' <<<"$output" | tr -d '\r' | sort -u)"
  by_key -o 'SetEnv=LD_PRELOAD=/tmp/evil.so BASH_ENV=/tmp/evil PATH=/tmp' nas.lan status
  same "no environment" 0 "$status"

  by_key nas.lan status
  same "status is granted" 0 "$status"
  contains "and is what it should be" '"busy":false' "$output"
  same "B is on after all this" on "$(is_on B && echo on)"
  same "no file has come to B" "$(sort "$work/before")" \
    "$(inside B find /tmp /var/tmp /var/lib/jod-check-storage -mindepth 1 | sort)"
  # A user's own systemd stays for ten seconds after the last session.
  await 30 "nothing of the key's runs on" nothing_runs
  figure "$((${#refused[@]} + 6)) attempts refused"
  by_key nas.lan 'systemctl --check-inhibitors=yes poweroff'
  # The answer may be lost with the connection.
  await "$time_limit" "B is off" storage_is_off
}
nothing_runs() { [ -z "$(inside B find /proc -maxdepth 1 -name '[0-9]*' -user jod-check)" ]; }
key_options=(-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -o IdentitiesOnly=yes -F none
  -o UserKnownHostsFile=/etc/jod-check/credentials/known_hosts -i /etc/jod-check/credentials/storage-server-ssh-key)
# by_key [OPTION…] HOST [REQUEST]: with the key that A has, by OpenSSH's own client.
by_key() { try inside A timeout 20 ssh "${key_options[@]}" -l jod-check "$@"; }
