# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # shared with storage/test, which sources this
# --- What sshd does to the key, and what authorize says of it -----------------------------------------------------------

# The sshd that answers, and the one that authorize asks, have the same file.
only_guard
sshd_config yes
cp "$work/sshd_config" "$work/sshd_config.plain"
authorize_says() {
  authorize "$work/one.pub"
  says=$(sed 1,2d <<<"$output")
  [[ $output != 'Was authorised'* ]] || says=$(sed 1d <<<"$output")
}
# What the key is tied to says no more than that it runs: what it does has its own tests.
mv /usr/lib/jod-check-storage/forced-command "$work/forced-command"
printf '#!/bin/sh\necho "this is the command of the key"\n' >/usr/lib/jod-check-storage/forced-command
chmod 755 /usr/lib/jod-check-storage/forced-command
# with_sshd LINES YES-OR-NO [WORDS]: with these further lines, a request by the key is answered or not, and authorize
# has these words for it, or none.
with_sshd() {
  printf '%b\n' "$1" | cat "$work/sshd_config.plain" - >/etc/ssh/sshd_config
  /usr/sbin/sshd -D -e 2>"$work/sshd.log" &
  sshd=$!
  wait_until reached || give_up "sshd does not listen with '$1': $(cat "$work/sshd.log")"
  by_ssh status
  stop_sshd
  local answered=no
  [[ $status != 0 || $output != *'this is the command of the key'* ]] || answered=yes
  same "sshd with '$1': the request is answered" "$2" "$answered"
  authorize_says
  if [ $# = 3 ]; then
    contains "sshd with '$1': authorize says so" "$3" "$says"
  else
    same "sshd with '$1': authorize has nothing to say" '' "$says"
  fi
}

with_sshd '' yes
with_sshd 'AllowUsers anna' no 'add jod-check to AllowUsers'
with_sshd 'AllowUsers anna jod-*' yes
with_sshd 'AllowUsers jod?check' yes
with_sshd 'AllowUsers jod[-]check' no 'add jod-check to AllowUsers'
with_sshd 'AllowUsers !root' no 'add jod-check to AllowUsers'
with_sshd 'AllowUsers !jod-check *' yes
with_sshd 'AllowUsers anna *@*' yes
with_sshd 'AllowUsers jod-check@10.0.0.0/8 anna@127.0.0.1' no 'lets jod-check in from 10.0.0.0/8 alone'
with_sshd 'AllowUsers jod-*@127.0.0.1' yes 'lets jod-check in from 127.0.0.1 alone'
with_sshd 'DenyUsers eve *-check' no 'take *-check out of DenyUsers'
with_sshd 'DenyUsers !jod-check eve' yes
with_sshd 'DenyUsers jod-check@10.*' yes 'keeps jod-check out where it comes from 10.*'
with_sshd 'AllowGroups users' no 'add jod-check to AllowGroups'
with_sshd 'AllowGroups users jod-*' yes
with_sshd 'DenyGroups j*' no 'take j* out of DenyGroups'
with_sshd 'DenyGroups !jod-check' yes
with_sshd 'AuthenticationMethods publickey,password' no 'wants more than a key, which nobody is there to give (AuthenticationMethods publickey,password)'
with_sshd 'AuthenticationMethods publickey,password publickey' yes
with_sshd 'PubkeyAuthentication no' no 'set PubkeyAuthentication yes'
with_sshd 'PubkeyAcceptedAlgorithms rsa-sha2-512,ecdsa-sha2-nistp256' no 'takes no key of the type ssh-ed25519'
with_sshd 'PubkeyAcceptedAlgorithms -ssh-rsa' yes
with_sshd 'PubkeyAcceptedAlgorithms ssh-ed*' yes
with_sshd 'AuthorizedKeysFile /etc/ssh/keys/%u' no 'does not read .ssh/authorized_keys'
with_sshd 'AuthorizedKeysFile /etc/ssh/keys/%u %h/.ssh/authorized_keys' yes
with_sshd 'AuthorizedKeysFile /var/lib/%u-storage/.ssh/authorized_keys' yes
with_sshd "RevokedKeys $work/two.pub" yes
with_sshd "RevokedKeys $work/one.pub" no 'among those that are revoked'
ssh-keygen -q -k -f "$work/list" "$work/one.pub"
with_sshd "RevokedKeys $work/list" no 'among those that are revoked'
with_sshd 'ForceCommand none' yes
with_sshd 'ForceCommand echo hello' no "ForceCommand echo hello) instead of the key's: the key powers nothing off"
with_sshd 'ForceCommand internal-sftp' no 'ForceCommand internal-sftp'
with_sshd 'Match User jod-check\n  ForceCommand none\nMatch all\n  ForceCommand echo hello' yes
with_sshd 'Match LocalPort 2222\n  ForceCommand echo hello' no 'ForceCommand echo hello'
with_sshd 'Match LocalPort 22\n  ForceCommand echo hello' yes
with_sshd 'Match LocalAddress 127.0.0.0/8\n  PubkeyAuthentication no' no 'set PubkeyAuthentication yes'
with_sshd 'Match Group jod-check\n  MaxSessions 0' no 'see MaxSessions'
with_sshd 'Match User jod-*\n  ChrootDirectory /var/empty' no 'ChrootDirectory'
if sshd -T -o RefuseConnection=no >/dev/null 2>&1; then
  with_sshd 'Match User jod-check\n  RefuseConnection yes' no 'see RefuseConnection'
fi

mv -f "$work/forced-command" /usr/lib/jod-check-storage/forced-command

# By what it says alone.
says_of() {
  printf '%b\n' "$1" >/etc/ssh/sshd_config
  authorize_says
}
says_of "HostKey $work/host\nPort 22\nPort 2222\nMatch LocalPort 2222\n  ForceCommand echo hello"
contains "of two ports, the one is named where something is in the way" 'At 127.0.0.1 port 2222' "$says"
tell "and the other is not" "$([[ $says != *'port 22:'* && $says != *'port 22,'* ]] || echo "$says")"
says_of 'Nonsense yes'
contains "what sshd cannot read is reported in its words" 'nobody knows whether it lets the key in (sshd -T)' "$says"
contains "with the reason" 'Bad configuration option: Nonsense' "$says"
rm -rf /run/sshd
says_of "HostKey $work/host"
same "an sshd that ssh.socket has not started yet is asked all the same" '' "$says"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$work/rsa"
ssh-keygen -q -t ecdsa -N '' -f "$work/ecdsa"
other_key_says() {
  printf '%b\n' "HostKey $work/host\n$1" >/etc/ssh/sshd_config
  authorize "$work/$2.pub"
}
other_key_says 'PubkeyAcceptedAlgorithms rsa-sha2-512' rsa
tell "an RSA key signs by a name of its own" "$([[ $output != *'sshd takes'* ]] || echo "$output")"
other_key_says 'PubkeyAcceptedAlgorithms ssh-ed25519' rsa
contains "an RSA key that is not taken is reported" 'sshd takes no key of the type ssh-rsa' "$output"
other_key_says 'RequiredRSASize 4096' rsa
contains "so is one that is too small" 'sshd takes no RSA key of 2048 bits' "$output"
other_key_says 'PubkeyAcceptedAlgorithms -ecdsa*' ecdsa
contains "and one of a type that is left out" 'sshd takes no key of the type ecdsa-sha2-nistp256' "$output"
rm -f "$keys"

# The words of OpenSSH 10.6, whose keywords have capitals.
cp /usr/sbin/sshd "$work/sshd"
capital_sshd() {
  stub sshd <<END
cat <<'WORDS'
Port 22
ListenAddress [::]:22
ListenAddress 0.0.0.0:22
UsePAM yes
PubkeyAuthentication yes
PubkeyAcceptedAlgorithms ssh-ed25519,rsa-sha2-512,rsa-sha2-256
AuthorizedKeysFile .ssh/authorized_keys .ssh/authorized_keys2
AuthenticationMethods any
ForceCommand ${2-none}
ChrootDirectory none
MaxSessions 10
RequiredRSASize 1024
$1
WORDS
END
  cp /usr/bin/sshd /usr/sbin/sshd
  authorize_says
}
capital_sshd ''
same "sshd of OpenSSH 10.6: nothing to say where all is well" '' "$says"
capital_sshd 'AllowUsers anna' internal-sftp
contains "sshd of OpenSSH 10.6: a user who is not let in" 'add jod-check to AllowUsers' "$says"
contains "sshd of OpenSSH 10.6: a command in the key's place" 'ForceCommand internal-sftp' "$says"
rm -f /usr/bin/sshd
cp "$work/sshd" /usr/sbin/sshd

# --- sudo, and sudo-rs --------------------------------------------------------------------------------------------------

cp "$work/sshd_config.plain" /etc/ssh/sshd_config
for checker in visudo visudo-rs; do
  if command -v "$checker" >/dev/null; then
    run "$checker" -c -f /etc/sudoers.d/jod-check-storage
    check "$checker accepts the sudoers file" 0 "parsed OK"
  else
    skip "$checker accepts the sudoers file: it is not installed"
  fi
done
# What the administrator allows everybody: the environment stays as it is.
printf 'Defaults setenv\nDefaults !env_reset\n' >/etc/sudoers.d/zz-mine
if visudo -c >/dev/null 2>&1 && [[ $(sudo --version) == 'Sudo version'* ]]; then
  forgotten_stub systemctl
  as_user sudo -n BASH_ENV=/tmp/environment /usr/lib/jod-check-storage/helper poweroff
  check "sudo: no variable can be set, though the administrator lets others do that" 1 "not allowed to set"
  as_user sudo -n -E /usr/lib/jod-check-storage/helper poweroff
  check "sudo: and none kept" 1 "not allowed to preserve the environment"
fi
echo 'Defaults requiretty' >/etc/sudoers.d/zz-mine
if [[ $(sudo --version) == 'Sudo version'* ]]; then
  authorize_says
  contains "authorize reports a sudo that refuses" 'sudo does not let jod-check run what the key asks for: sudo:' "$says"
  contains "such as one that wants a terminal" 'sorry, you must have a tty' "$says"
fi
rm /etc/sudoers.d/zz-mine
mv /etc/sudoers.d/jod-check-storage "$work/sudoers"
authorize_says
contains "authorize reports a sudoers file that is missing" 'sudo does not let jod-check run' "$says"
mv "$work/sudoers" /etc/sudoers.d/jod-check-storage
