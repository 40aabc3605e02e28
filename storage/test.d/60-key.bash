# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with storage/test, which sources this
# --- The forced command, by a real sshd ---------------------------------------------------------------------------------

if [ ! -x /usr/sbin/sshd ] || ! command -v ssh >/dev/null; then
  skip "the forced command: sshd is missing (apt-get install openssh-server)"
  finish
fi
if ! command -v sudo >/dev/null; then
  skip "the forced command: sudo is missing (apt-get install sudo)"
  finish
fi

# An sshd that allows everything that can be allowed: what is refused is refused by the key.
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
port=2222
sshd_config() {
  cat >"$work/sshd_config" <<END
Port $port
ListenAddress 127.0.0.1
HostKey $work/host
PidFile $work/sshd.pid
UsePAM $1
StrictModes yes
PermitUserEnvironment yes
PermitUserRC yes
AcceptEnv *
AllowTcpForwarding yes
AllowStreamLocalForwarding yes
AllowAgentForwarding yes
PermitTTY yes
PermitTunnel yes
X11Forwarding yes
Subsystem sftp internal-sftp
END
}
# shellcheck disable=SC2317 # called by wait_until
reached() { (: <"/dev/tcp/127.0.0.1/$port"); }
start_sshd() {
  sshd_config "$1"
  /usr/sbin/sshd -D -e -f "$work/sshd_config" 2>>"$work/sshd.log" &
  sshd=$!
  wait_until reached || give_up "sshd does not listen: $(cat "$work/sshd.log")"
}
stop_sshd() {
  kill "$sshd"
  wait "$sshd" 2>/dev/null || true
}
echo "[127.0.0.1]:$port $(cat "$work/host.pub")" >"$work/known_hosts"
options=(-F /dev/null -p "$port" -i "$work/one" -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=5
  -o "UserKnownHostsFile=$work/known_hosts" -o IdentitiesOnly=yes -o LogLevel=ERROR)
# by_ssh [REQUEST], with the further options in the array with.
with=()
by_ssh() { run timeout 30 ssh "${options[@]}" ${with[@]+"${with[@]}"} -- jod-check@127.0.0.1 "$@"; }

jod-check-storage authorize <"$work/one.pub" >/dev/null
only_guard
start_sshd yes

for action in poweroff suspend hibernate; do
  for request in "$action" "systemctl --check-inhibitors=yes $action"; do
    stub systemctl </dev/null
    by_ssh "$request"
    check "by ssh: '$request' is accepted" 0 "$action accepted"
    same "by ssh: '$request' is what systemctl does" "--check-inhibitors=yes $action" "$(calls systemctl)"
  done
done
only_guard mine <<<'echo "the cat sleeps on it"; exit 1'
stub systemctl </dev/null
by_ssh 'systemctl --check-inhibitors=yes poweroff'
check "by ssh: a busy machine refuses with 75 and the reason" 75 "the cat sleeps on it"
by_ssh status
check "by ssh: status is JSON" 0 '{"version":"'"$version"'","busy":true,"guards":[{"name":"mine"'
only_guard
refusing 'User anna is logged in on tty1.'
by_ssh poweroff
check "by ssh: systemctl's refusal is 75" 75 "User anna is logged in"
stub systemctl <<<'echo "Failed to power off" >&2; exit 1'
by_ssh poweroff
check "by ssh: a failure is 1 and its words" 1 "Failed to power off"

# From here on nothing may get through: any call of systemctl fails the run.
forgotten_stub systemctl
long=$(printf 'poweroff%.0s' {1..12000})
# shellcheck disable=SC2016,SC1003 # hostile, and not for this shell
hostile=(
  'poweroff; id' 'poweroff && id' 'poweroff | id' 'poweroff & id' 'poweroff --force' 'poweroff -f' ' poweroff' 'poweroff '
  'poweroff suspend' 'Poweroff' 'POWEROFF' 'power*' '*' '?oweroff' 'poweroff;' '"poweroff"' "'poweroff'" 'poweroff\'
  '$(id)' '`id`' 'poweroff$(touch /tmp/evil)' '${IFS}' '$SHELL' '<(id)' '>/tmp/evil' 'poweroff >/tmp/evil'
  $'poweroff\nid' $'id\npoweroff' $'poweroff\n' $'\npoweroff' $'poweroff\r' $'poweroff\t' $'poweroff\x01'
  'systemctl poweroff' 'systemctl  --check-inhibitors=yes poweroff' 'systemctl --check-inhibitors=no poweroff'
  'systemctl --check-inhibitors=yes reboot' 'systemctl --check-inhibitors=yes poweroff -i' '/usr/bin/systemctl poweroff'
  'systemctl --check-inhibitors=yes' 'reboot' 'halt' 'status --json' 'status; id' '/bin/sh' 'bash -i' '--help' '-c id'
  'scp -t /tmp/evil' 'rsync --server . /tmp' 'sudo poweroff' 'sudo -n /usr/lib/jod-check-storage/helper poweroff'
  '/usr/lib/jod-check-storage/helper poweroff' 'internal-sftp' '/usr/lib/openssh/sftp-server' 'exit 0' 'a[$(id)]' '%s%n' '!!'
  'poweroff #' '#' '()' '() { :; }; id' 'LD_PRELOAD=/tmp/x poweroff' '..' '/' '~' 'ü' $'\xff\xfe'
)
# One connection for the table, a session for each: a session is what the forced command guards.
with=(-o ControlMaster=auto -o "ControlPath=$work/connection" -o ControlPersist=yes)
for request in "${hostile[@]}"; do
  by_ssh "$request"
  check "by ssh: $(printf %q "$request") is refused" 64 "refused: this key can ask for poweroff, suspend, hibernate or status"
done
by_ssh "$long"
with=()
check "by ssh: a request of 96,000 characters is refused" 64 refused
by_ssh
check "by ssh: a login is refused" 64 refused
by_ssh ''
check "by ssh: an empty request is refused" 64 refused
with=(-tt)
by_ssh
check "by ssh: a login with a terminal gets neither" 255 "PTY allocation request failed"
by_ssh status
check "by ssh: a request with a terminal gets none" 255 "PTY allocation request failed"
same "by ssh: nothing that was sent was run" no "$(if [ -e /tmp/evil ]; then echo yes; else echo no; fi)"

run timeout 30 sftp "${options[@]/#-p/-P}" -b /dev/null jod-check@127.0.0.1
tell "by ssh: sftp is refused" "$([ "$status" != 0 ] || echo "it succeeded: $output")"
with=(-s)
by_ssh sftp
check "by ssh: the subsystem sftp runs the forced command, which refuses" 64 ""
with=()
echo secret >"$work/secret"
for mode in -O -s; do
  run timeout 30 scp "$mode" "${options[@]/#-p/-P}" "$work/secret" jod-check@127.0.0.1:/tmp/evil
  tell "by ssh: scp $mode is refused" "$([ "$status" != 0 ] && [ ! -e /tmp/evil ] || echo "it succeeded: $output")"
done

# Forwarding through this machine: the sshd itself is a service to reach for.
run timeout 30 ssh "${options[@]}" -W "127.0.0.1:$port" jod-check@127.0.0.1
tell "by ssh: forwarding to a port is refused" \
  "$([[ $status != 0 && $output != *SSH-2.0* ]] || echo "status $status: $output")"
run timeout 30 ssh "${options[@]}" -o ExitOnForwardFailure=yes -R 12345:127.0.0.1:22 -N jod-check@127.0.0.1
tell "by ssh: listening on a port is refused" "$([[ $status = 255 && $output == *"forwarding failed"* ]] || echo "status $status: $output")"
run timeout 30 ssh "${options[@]}" -o ExitOnForwardFailure=yes -R /tmp/evil:127.0.0.1:22 -N jod-check@127.0.0.1
tell "by ssh: listening on a socket is refused" "$([[ $status = 255 && ! -e /tmp/evil ]] || echo "status $status: $output")"
run timeout 30 ssh "${options[@]}" -w any -o ExitOnForwardFailure=yes -N jod-check@127.0.0.1
tell "by ssh: a tunnel device is refused" "$([ "$status" = 255 ] || echo "status $status: $output")"

# What the session is given is asked of a shell in the forced command's place.
mv /usr/lib/jod-check-storage/forced-command "$work/forced-command"
printf '#!/bin/bash\nenv\ntty\n' >/usr/lib/jod-check-storage/forced-command
chmod 755 /usr/lib/jod-check-storage/forced-command
eval "$(ssh-agent -s)" >/dev/null
with=(-A)
by_ssh status
with=()
contains "by ssh: what was asked for is a variable, and no more" "SSH_ORIGINAL_COMMAND=status" "$output"
check "by ssh: the forced command has no terminal" 1 "not a tty"
tell "by ssh: agent forwarding is refused" "$([[ $output != *SSH_AUTH_SOCK* ]] || echo "$output")"
kill "$SSH_AGENT_PID"
unset SSH_AUTH_SOCK SSH_AGENT_PID
mv -f "$work/forced-command" /usr/lib/jod-check-storage/forced-command

# An environment from the client, let through by an sshd that accepts all of it.
stub systemctl </dev/null
echo 'touch /tmp/evil' >/tmp/environment
chmod 644 /tmp/environment
# shellcheck disable=SC2016 # hostile, and not for this shell
hostile_environment=('BASH_ENV=/tmp/environment' 'ENV=/tmp/environment' 'SHELLOPTS=xtrace' 'PS4=$(touch /tmp/evil)' 'IFS=o'
  'PATH=/tmp' 'BASH_FUNC_exec%%=() { touch /tmp/evil; }' 'BASH_FUNC_echo%%=() { touch /tmp/evil; }' 'CDPATH=/tmp'
  'SUDO_ASKPASS=/tmp/environment' 'SSH_ORIGINAL_COMMAND=suspend' 'LC_ALL=de_DE.UTF-8' 'POSIXLY_CORRECT=1')
for setting in "${hostile_environment[@]}"; do
  with=(-o "SetEnv=\"$setting\"")
  by_ssh poweroff
  check "by ssh: with $setting, poweroff is poweroff" 0 "poweroff accepted"
done
with=()
same "by ssh: nothing of the environment was run" no "$(if [ -e /tmp/evil ]; then echo yes; else echo no; fi)"
same "by ssh: and each was power off" "--check-inhibitors=yes poweroff" "$(calls systemctl | sort -u)"

options_two=("${options[@]/#$work\/one/$work/two}")
run timeout 30 ssh "${options_two[@]}" jod-check@127.0.0.1 status
check "by ssh: a key that is not authorised stays outside" 255 "Permission denied"

# What the user could do with a shell, had it one.
as_user() { run setpriv --reuid jod-check --regid jod-check --clear-groups env -i PATH=/usr/sbin:/usr/bin "$@"; }
forgotten_stub systemctl
for request in 'id' '/bin/sh' '/usr/sbin/jod-check-storage status' '/usr/lib/jod-check-storage/helper' \
  '/usr/lib/jod-check-storage/helper reboot' '/usr/lib/jod-check-storage/helper poweroff --force' \
  '-u daemon id' '-g root /usr/lib/jod-check-storage/helper poweroff' \
  'LD_PRELOAD=/tmp/x /usr/lib/jod-check-storage/helper poweroff'; do
  # shellcheck disable=SC2086 # several arguments
  as_user sudo -n $request
  check "by sudo: '$request' is refused" 1 sudo
done
as_user /usr/lib/jod-check-storage/helper poweroff
check "the helper itself refuses a user who is not root" 1 "only root can poweroff"
as_user touch "$keys"
tell "the user cannot change its own keys" "$([ "$status" != 0 ] || echo "it can")"

stub systemctl </dev/null
mv /etc/sudoers.d/jod-check-storage "$work/sudoers"
by_ssh poweroff
check "by ssh: without the sudoers file it is a failure, not a refusal" 1 sudo
mv "$work/sudoers" /etc/sudoers.d/jod-check-storage

jod-check-storage revoke >/dev/null
by_ssh status
check "by ssh: a key that was revoked stays outside" 255 "Permission denied"
stop_sshd

usermod --password '!*' jod-check
jod-check-storage authorize <"$work/one.pub" >/dev/null
start_sshd no
by_ssh poweroff
check "by ssh: an sshd without PAM lets the key in as well" 0 "poweroff accepted"
stop_sshd
