# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # shared with storage/test, which sources this
# --- Wake-on-LAN --------------------------------------------------------------------------------------------------------

# interface NAME KIND: a network card in /sys
interface() {
  mkdir -p "/sys/class/net/$1"
  echo 1 >"/sys/class/net/$1/type"
  echo "02:00:00:c0:ff:ee" >"/sys/class/net/$1/address"
  [ "$2" = virtual ] || mkdir "/sys/class/net/$1/device"
  [ "$2" != wireless ] || mkdir "/sys/class/net/$1/wireless"
}
udevadm_knows() {
  stub udevadm <<END
case "\$*" in
  info*--path=/sys/class/net/*) echo "$1" ;;
  'control --reload') ;;
  *) exit 1 ;;
esac
END
}
ethtool_shows() {
  echo "$2" >"$work/wol"
  stub ethtool <<END
if [ "\$1" = -s ]; then echo "\$4" >$work/wol; exit; fi
printf 'Settings for %s:\n\tSupports Wake-on: %s\n\tWake-on: %s\n' "\$1" "$1" "\$(cat $work/wol)"
END
}
shopt -s nullglob
rm -rf /etc/systemd/network
udevadm_knows /usr/lib/systemd/network/99-default.link
ethtool_shows pumbg d
drop_in=/etc/systemd/network/99-default.link.d/jod-check-storage.conf

run jod-check-storage arm
check "arm: a machine without a wired interface says so" 1 "no wired network interface"
interface enp3s0 wired
interface wlp2s0 wireless
interface br0 virtual
run jod-check-storage arm
check "arm: the wired interface is armed for good" 0 "enp3s0: armed for good, magic packet only ($drop_in)"
same "arm: only the wired one, at once and by the magic packet alone" "-s enp3s0 wol g" "$(grep -e -s "$work/calls/ethtool")"
same "arm: the .link file in force keeps its NamePolicy, and gets one setting" \
  "$(grep -s ^NamePolicy /usr/lib/systemd/network/99-default.link || true; printf 'WakeOnLan=\nWakeOnLan=magic')" \
  "$(systemd-analyze cat-config systemd/network/99-default.link | grep -e ^NamePolicy -e ^WakeOnLan)"
same "arm: no other file is written" "$drop_in" "$(find /etc/systemd/network -type f)"
before=$(stat -c %y:%i "$drop_in")
run jod-check-storage arm
check "arm: a second time changes nothing" 0 "armed for good already"
same "arm: the drop-in is the same file" "$before" "$(stat -c %y:%i "$drop_in")"
run jod-check-storage arm wlp2s0
check "arm: Wi-Fi is refused by name" 64 "not a wired network card"
run jod-check-storage arm ../../etc
check "arm: what is no interface is refused" 64 "there is no interface"
run jod-check-storage arm enp9s0
check "arm: an unknown interface is refused" 64 "there is no interface enp9s0"
interface enp4s0 wired
run jod-check-storage arm enp3s0
check "arm: a card that shares the .link file is reported" 0 "enp4s0: shares the .link file 99-default.link"
rm -r /sys/class/net/enp4s0 /etc/systemd/network

# --- netplan ------------------------------------------------------------------------------------------------------------

# Its .link files are in /run, and made anew at each start.
netplan=/run/systemd/network/10-netplan-enp3s0.link
mkdir -p "${netplan%/*}"
printf '[Match]\nPermanentMACAddress=02:00:00:c0:ff:ee\n[Link]\nWakeOnLan=off\n' >"$netplan"
udevadm_knows "$netplan"
run jod-check-storage arm
check "arm: the drop-in follows the .link file in force" 0 /etc/systemd/network/10-netplan-enp3s0.link.d/jod-check-storage.conf
same "arm: the file in force arms the card" "WakeOnLan=magic" \
  "$(systemd-analyze cat-config "systemd/network/${netplan##*/}" | grep ^WakeOnLan | tail -n 1)"
rm "$netplan"
same "arm: so does the last one, should there be no file of netplan's at the next start" "WakeOnLan=magic" \
  "$(systemd-analyze cat-config systemd/network/99-default.link | grep ^WakeOnLan | tail -n 1)"
printf '[Link]\nWakeOnLan=off\n' >"$netplan"
rm -r /etc/systemd/network/99-default.link.d
run jod-check-storage status
check "status: a drop-in that holds for netplan's file alone may not hold at the next start" 0 "armed now, not armed at the next start"
rm -r /etc/systemd/network
printf '[Link]\nWakeOnLan=magic\n' >"$netplan"
run jod-check-storage status
check "status: what netplan itself arms is armed at every start" 0 "armed now, armed at every start"
rm "$netplan"
udevadm_knows /usr/lib/systemd/network/99-default.link

# --- What the card says -------------------------------------------------------------------------------------------------

for argument in '' enp3s0; do
  ethtool_shows pumba d
  # shellcheck disable=SC2086 # none, or one
  run jod-check-storage arm $argument
  check "arm${argument:+ $argument}: a card that does not wake by magic packets is reported as such" 1 "enp3s0: not armed: its driver does not wake by magic packets"
done
# card_refuses: ethtool takes the setting with this command in place of keeping it.
card_does() {
  echo d >"$work/wol"
  stub ethtool <<END
if [ "\$1" = -s ]; then $1; fi
printf 'Settings for %s:\n\tSupports Wake-on: pumbg\n\tWake-on: %s\n' "\$1" "\$(cat $work/wol)"
END
}
card_does 'exit 0'
run jod-check-storage arm
check "arm: a driver that takes the setting and drops it is not armed" 1 "takes Wake-on-LAN and drops it at once"
tell "arm: and nothing is said of for good" "$([[ $output != *'for good'* ]] || echo "$output")"
card_does 'echo "netlink error: Operation not supported" >&2; exit 1'
run jod-check-storage arm
check "arm: ethtool's words are reported where it fails" 1 "ethtool cannot arm it: netlink error: Operation not supported"
stub ethtool <<<'echo "Settings for $1:"; echo "	Link detected: yes"'
run jod-check-storage arm
check "arm: a card of which ethtool says nothing, as in a virtual machine, is reported as such" 1 "does not say whether it can wake"
remove_program ethtool
run jod-check-storage arm
check "arm: without ethtool nothing is known, and nothing armed" 1 "apt-get install ethtool"
same "arm: nothing is written for any of these" "" "$(find /etc/systemd/network -type f 2>/dev/null)"
ethtool_shows pumbg d
udevadm_knows ''
run jod-check-storage arm
check "arm: an interface udev has not seen is an error with a remedy" 1 "udevadm trigger"
udevadm_knows /usr/lib/systemd/network/99-default.link
mkdir -p /etc/systemd/network/99-default.link.d
printf '[Link]\nWakeOnLan=off\n' >/etc/systemd/network/99-default.link.d/zz-mine.conf
run jod-check-storage arm
check "arm: a later drop-in that takes it back is named" 1 "another file takes it back at the next start"
rm -r /etc/systemd/network

# --- Armed again before each way down -----------------------------------------------------------------------------------

only_guard
ethtool_shows pumbg d
stub systemctl </dev/null
run "$helper" poweroff
check "helper: a card that nobody wants armed is left alone" 0 accepted
same "helper: as it was" d "$(cat "$work/wol")"
jod-check-storage arm >/dev/null
for action in poweroff suspend hibernate; do
  # Its driver has reset it when the interface came up.
  echo d >"$work/wol"
  stub systemctl <<<"cp $work/wol $work/wol-then"
  run "$helper" "$action"
  check "helper: $action with a card that forgot its setting" 0 "$action accepted"
  same "helper: which is armed before systemd is asked" g "$(cat "$work/wol-then")"
done
ethtool_shows pumbg pg
run "$helper" poweroff
same "helper: a card that is armed is left as it is" "0 pg" "$status $(cat "$work/wol")"
forgotten_stub systemctl
card_does 'exit 0'
run "$helper" poweroff
check "helper: a card that does not take it refuses" 1 "no poweroff, for this machine might not wake again: enp3s0: its driver takes Wake-on-LAN and drops it"
card_does 'echo "netlink error: Input/output error" >&2; exit 1'
run "$helper" suspend
check "helper: with the reason" 1 "no suspend, for this machine might not wake again: enp3s0: ethtool cannot arm it: netlink error: Input/output error"
remove_program ethtool
run "$helper" poweroff
check "helper: without ethtool nobody can arm it" 1 "apt-get install ethtool"
ethtool_shows pumba d
run "$helper" poweroff
check "helper: a driver that cannot, with no other card" 1 "no poweroff, for nothing could wake this machine again: enp3s0: its driver does not wake by magic packets"
interface enp4s0 wired
stub ethtool <<'END'
[ "$1" != enp3s0 ] || printf '\tSupports Wake-on: pumbg\n\tWake-on: g\n'
END
stub systemctl </dev/null
run "$helper" poweroff
check "helper: a card that cannot, beside one that is armed, is no reason" 0 accepted
only_guard mine <<<'exit 1'
ethtool_shows pumbg d
run "$helper" poweroff
same "helper: a machine that is busy is not even touched" "75 d" "$status $(cat "$work/wol")"
rm -r /sys/class/net/enp4s0 /etc/systemd/network
only_guard
ethtool_shows pumbg d
