# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# Another storage server, C, a Debian of Server A's release: with its OpenSSH, its systemd, and its sudo-rs. It is alone on
# its wire, and asks itself by a key of its own.

story storage 'a storage server of the same release: authorize says what sshd does, guards keep it on, the key powers it off'
story_storage() {
  open_c
  figure "$(inside C sshd -V 2>&1 | grep -o '^OpenSSH_[^ ,]*'), $(inside C systemctl --version | head -n 1 | cut -d' ' -f1,2)"
  authorize_on_c
  lacks "authorize has nothing to say of a Debian as it is installed" sshd "$output"
  lacks "or of sudo" sudo "$output"
  by_key_on_c status
  same "the key is let in" 0 "$status"
  contains "with an answer" '"busy":false' "$output"

  sshd_of_c $'Match LocalPort 22\n  ForceCommand echo forced'
  authorize_on_c
  contains "authorize tells of a command that sshd runs in the key's place" '(ForceCommand echo forced)' "$output"
  by_key_on_c status
  contains "and that is what happens" forced "$output"
  lacks "in place of the answer" busy "$output"
  sshd_of_c 'AllowUsers root'
  authorize_on_c
  contains "authorize tells of users that are kept out" 'add jod-check to AllowUsers' "$output"
  by_key_on_c status
  same "and it is" 255 "$status"
  sshd_of_c 'AllowUsers root jod-*'
  authorize_on_c
  lacks "a pattern lets it in" AllowUsers "$output"
  by_key_on_c status
  same "and it is" 0 "$status"
  sshd_of_c ''

  inside C systemd-run --quiet --unit=acceptance-inhibitor systemd-inhibit --what=shutdown --who=Backup --why='copying films' \
    --mode=block sleep infinity
  await 10 "the inhibitor" inhibited_on_c
  try inside C systemctl --check-inhibitors=yes poweroff
  figure "systemctl refuses with: $(head -n 1 <<<"$output")"
  contains "systemctl itself refuses in words that are known" nhibit "$output"
  by_key_on_c poweroff
  same "an inhibitor keeps it on" 75 "$status"
  contains "with the reason" 'inhibited by Backup: copying films' "$output"
  inside C systemctl stop acceptance-inhibitor

  inside C cp /root/key.pub /root/.ssh/authorized_keys
  # With a terminal, so that it ends with the login.
  inside C systemd-run --quiet --unit=acceptance-login ssh -tt "${c_options[@]}" root@127.0.0.1 sleep infinity
  await 20 "somebody is logged in" logged_in_on_c
  by_key_on_c poweroff
  same "so does somebody who is logged in" 75 "$status"
  contains "who is named" 'root is logged in on' "$output"
  inside C systemctl stop acceptance-login
  await 30 "nobody is logged in" nobody_on_c

  forgetful_card_on_c fails
  by_key_on_c suspend
  same "a card that cannot be armed again refuses" 1 "$status"
  contains "with the reason" 'might not wake again: eth0: ethtool cannot arm it: netlink error: Input/output error' "$output"
  forgetful_card_on_c forgets
  by_key_on_c poweroff
  await "$time_limit" "C is off" is_off C
  same "its card was armed just before" g "$(cat "$work/C/root/root/wol")"
  leave_c
}
inhibited_on_c() { [[ $(inside C systemd-inhibit --list --no-pager) == *'copying films'* ]]; }
logged_in_on_c() { [[ $(inside C jod-check-storage status) == *'root is logged in'* ]]; }
nobody_on_c() { [[ $(inside C jod-check-storage status) == Free* ]]; }

story sudo-rs 'sudo-rs in the place of sudo: its visudo is content, the key can do what it can, and powers C off'
story_sudo-rs() {
  [ "$(release_of_a)" != bookworm ] || skip "Debian 12 has no sudo-rs"
  open_c
  inside C env DEBIAN_FRONTEND=noninteractive apt-get install --yes sudo-rs
  inside C dpkg-divert --local --rename /usr/bin/sudo
  inside C ln -s sudo-rs /usr/bin/sudo
  # shellcheck disable=SC2016 # for dpkg-query
  figure "sudo-rs $(inside C dpkg-query --show --showformat '${Version}' sudo-rs)"
  try inside C visudo-rs -c
  same "its visudo accepts all of the configuration" 0 "$status"
  try inside C sudo -n true
  same "nobody's sudo complains of it" '' "$output"
  try inside C /usr/sbin/visudo -c
  same "sudo's own visudo accepts it as well" 0 "$status"
  authorize_on_c
  lacks "authorize has nothing to say" sudo "$output"
  by_key_on_c status
  same "the key is answered" 0 "$status"
  contains "as ever" '"busy":false' "$output"
  by_key_on_c reboot
  same "anything else is refused" 64 "$status"
  local request
  for request in id '/usr/lib/jod-check-storage/helper' '/usr/lib/jod-check-storage/helper reboot' \
    '/usr/lib/jod-check-storage/helper poweroff --force' 'BASH_ENV=/tmp/x /usr/lib/jod-check-storage/helper poweroff' \
    '-u daemon id' '-g daemon /usr/lib/jod-check-storage/helper poweroff'; do
    # shellcheck disable=SC2086 # several arguments
    try inside C setpriv --reuid jod-check --regid jod-check --init-groups env -i PATH=/usr/bin sudo -n $request
    between "by a shell of the user's, sudo -n $request fails" 1 255 "$status"
    same "and C is on" on "$(is_on C && echo on)"
  done
  by_key_on_c poweroff
  await "$time_limit" "C is off" is_off C
  leave_c
}

# By the folder of its logs; unstable's own files name the release to come.
release_of_a() { echo "${logs##*/}"; }

# --- The third machine --------------------------------------------------------------------------------------------------

# open_c: as it comes from Debian, with the package, a key, and a card.
open_c() {
  leave_c
  ip netns add C
  ip -n C link set lo up
  make_machine C "$(release_of_a)" other
  boot C &
  disown
  await "$time_limit" "C boots" has_booted C
  # Debian to come does not bring the client with the server.
  inside C env DEBIAN_FRONTEND=noninteractive apt-get install --yes openssh-client
  install_inside C "$(package_for B)"
  inside C install -d -m 700 /root/.ssh
  inside C ssh-keygen -q -t ed25519 -N '' -f /root/key
}
# Also where a story has ended early: close_household does it as well.
leave_c() {
  end_process "$work/C/pid"
  ! mountpoint --quiet "$work/C/root" || umount "$work/C/root"
  ! ip netns list | grep -qw C || ip netns delete C
  rm -rf "${work:?}/C"
}

authorize_on_c() { try_with "$(cat "$work/C/root/root/key.pub")" inside C jod-check-storage authorize; }
c_options=(-F none -i /root/key -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10
  -o LogLevel=ERROR)
by_key_on_c() { try inside C timeout 30 ssh "${c_options[@]}" jod-check@127.0.0.1 "$@"; }

# sshd_of_c LINES: the administrator's own, in a file of theirs.
sshd_of_c() {
  printf '%s\n' "$1" >"$work/C/root/etc/ssh/sshd_config.d/acceptance.conf"
  # A new sshd, for newer ones hold a grudge against an address whose login has failed.
  inside C systemctl restart ssh
}

# forgetful_card_on_c forgets|fails: a card that is armed for good, whose driver has forgotten it. A machine without
# hardware has neither card nor udev.
forgetful_card_on_c() {
  local root=$work/C/root
  [ -e "$root/sys/class/net/eth0/device" ] || inside C sh -c 'mount -t tmpfs card /sys/class/net && mkdir -p /sys/class/net/eth0/device
    echo 02:00:00:00:00:0c >/sys/class/net/eth0/address && echo 1 >/sys/class/net/eth0/type' 2>/dev/null || true
  echo d >"$root/root/wol"
  mkdir -p "$root"/etc/systemd/network/99-default.link.d "$root/usr/lib/systemd/network"
  [ -e "$root/usr/lib/systemd/network/99-default.link" ] || echo '[Link]' >"$root/usr/lib/systemd/network/99-default.link"
  printf '[Link]\nWakeOnLan=magic\n' >"$root/etc/systemd/network/99-default.link.d/jod-check-storage.conf"
  printf '#!/bin/sh\necho /usr/lib/systemd/network/99-default.link\n' >"$root/usr/sbin/udevadm"
  # shellcheck disable=SC2016 # for that shell
  printf '#!/bin/bash\nif [ "$1" = -s ]; then\n  %s\n  exit\nfi\n%s\n' \
    "$([ "$1" = forgets ] && echo 'echo "$4" >/root/wol' || echo 'echo "netlink error: Input/output error" >&2; exit 1')" \
    'printf "\tSupports Wake-on: pumbg\n\tWake-on: %s\n" "$(cat /root/wol)"' >"$root/usr/sbin/ethtool"
  chmod 755 "$root"/usr/sbin/{udevadm,ethtool}
}
