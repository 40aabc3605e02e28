# shellcheck shell=bash
# The household: what is installed and configured, what Jellyfin says, and what can be seen.

api_key=0123456789abcdef0123456789abcdef
# Short enough for a test, long enough for machines that share a processor.
household_settings=(
  STORAGE_SERVER_MAC="$mac" JELLYFIN_API_URL=http://localhost:8096 JELLYFIN_API_KEY="$api_key"
  STORAGE_SERVER_ADDRESS=nas.lan:2049 STORAGE_SERVER_SSH=jod-check@nas.lan BROADCAST_ADDRESS="$broadcast"
  CHECK_INTERVAL=2s PACKET_COOLDOWN_TIME=30s WAKE_TIMEOUT=1min MANUAL_START_HOLD=0
)
# How long a machine may take to start or to stop; it takes seconds where nobody else uses the processor.
time_limit=90
is_not_run=99 is_skipped=98

# --- Opening and closing ------------------------------------------------------------------------------------------------

# open_household RELEASE: both machines as they come from Debian, both off.
open_household() {
  export logs=$all_logs/$1
  rm -rf "${work:?}"/* "$logs"
  mkdir -p "$work/card" "$work/jellyfin" "$logs"
  story=$logs/household
  furnish "$1" >"$story.log" 2>&1
}

furnish() {
  lay_wire
  make_machine A "$1" jellyfin
  make_machine B bookworm nas
  furnish_b
  # shellcheck disable=SC2016 # $0 is for that shell
  nsenter --net=/run/netns/B "$here/card.py" eth0 "$mac" "$work/card" \
    bash -c 'set -euo pipefail; source "$0"; boot B' "$here/machines.bash" >"$logs/card.log" 2>&1 </dev/null &
  echo $! >"$work/card/pid"
  disown
  # tshark judges what a card would hear; -l lets every packet out at once.
  nsenter --net=/run/netns/B tshark -l -n -i eth0 -f 'udp or ether proto 0x0842' -w "$logs/wire.pcapng" -P \
    -T fields -e frame.time_epoch -e _ws.col.Protocol -e eth.dst -e ip.dst -e udp.dstport -e udp.length -e wol.mac \
    >"$work/packets" 2>"$logs/tshark.log" </dev/null &
  echo $! >"$work/tshark.pid"
  disown
  echo "$api_key" >"$work/jellyfin/key"
  echo '{"ServerName":"jellyfin","Version":"10.11.3","ProductName":"Jellyfin Server","StartupWizardCompleted":true}' \
    >"$work/jellyfin/System_Info_Public.json"
  : >"$work/jellyfin/requests"
  jellyfin nobody
  jellyfin start
}

close_household() {
  end_process "$work/A/pid"
  # The card would boot B again.
  end_process "$work/card/pid"
  end_process "$work/B/pid"
  end_process "$work/jellyfin/pid"
  end_process "$work/tshark.pid"
  cp "$work/packets" "$work/card/heard" "$work/jellyfin/requests" "$logs" 2>/dev/null || true
  leave_c
  umount "$work/A/root" "$work/B/root"
  ip netns delete A
  ip netns delete B
}

# What B has beside Debian: a card with an address and with Wake-on-LAN, and a storage service.
furnish_b() {
  local root=$work/B/root units=$work/B/root/etc/systemd/system
  cat >"$units/card.service" <<END
[Unit]
Before=network.target ssh.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip address add $address_b/24 broadcast $broadcast dev eth0
ExecStart=/usr/local/sbin/make-card
END
  # One end of a veth pair is no piece of hardware, and the kernel does not say of it what it says of a card.
  cat >"$root/usr/local/sbin/make-card" <<'END'
#!/bin/bash
set -euo pipefail
address=$(cat /sys/class/net/eth0/address)
mount -t tmpfs card /sys/class/net
mkdir -p /sys/class/net/eth0/device
echo "$address" >/sys/class/net/eth0/address
echo 1 >/sys/class/net/eth0/type
END
  cat >"$root/usr/local/sbin/ethtool" <<'END'
#!/bin/bash
printf 'Settings for eth0:\n\tSupports Wake-on: pumbg\n\tWake-on: g\n'
END
  chmod 755 "$root/usr/local/sbin/make-card" "$root/usr/local/sbin/ethtool"
  cat >"$units/storage.socket" <<'END'
[Socket]
ListenStream=2049
Accept=yes
END
  cat >"$units/storage@.service" <<'END'
[Service]
# As a storage service does, it holds a connection until the other side ends it.
ExecStart=/bin/cat
StandardInput=socket
StandardOutput=null
LogLevelMax=warning
END
  mkdir -p "$units/multi-user.target.wants"
  ln -s ../card.service ../storage.socket "$units/multi-user.target.wants/"
}

# --- What stories need --------------------------------------------------------------------------------------------------

# need THING: brings it about, once. Where that failed, nothing that needs it has run.
need() {
  [ ! -e "$work/have-$1" ] || return 0
  [ ! -e "$work/tried-$1" ] || {
    echo "it needs to have $1" >"$work/broken"
    exit "$is_not_run"
  }
  touch "$work/tried-$1"
  "bring_$1"
  touch "$work/have-$1"
}

# package_for MACHINE: the newest build.
package_for() {
  local pattern=jod-check_*_$(dpkg --print-architecture).deb
  [ "$1" = A ] || pattern=jod-check-storage_*_all.deb
  compgen -G "$packages/$pattern" | sort --version-sort | tail -n 1
}

# apt, with nobody to ask, and nobody to fetch from.
install_inside() {
  local machine=$1 package=$2
  cp "$package" "$work/$machine/root/root/"
  try inside "$machine" env DEBIAN_FRONTEND=noninteractive apt-get install --yes "/root/${package##*/}"
  same "apt installs ${package##*/}" 0 "$status"
}

bring_booted() {
  switch_on_a
  storage_on
}
switch_on_a() {
  boot A &
  disown
  await "$time_limit" "A boots" has_booted A
}

bring_installed() {
  need booted
  install_inside B "$(package_for B)"
  # Debian's own would ask a driver that is not there.
  inside B dpkg-divert --local --rename /usr/sbin/ethtool
  inside B ln -sf /usr/local/sbin/ethtool /usr/sbin/ethtool
  install_inside A "$(package_for A)"
  cp "$work/A/root/etc/default/jod-check" "$work/A/default"
}

# Both machines as they were before `need installed`.
uninstall() {
  storage_on
  inside A env DEBIAN_FRONTEND=noninteractive apt-get purge --yes jod-check
  inside B env DEBIAN_FRONTEND=noninteractive apt-get purge --yes jod-check-storage
  rm -f "$work"/have-{installed,paired} "$work"/tried-{installed,paired}
}

# As the README tells a user to.
bring_paired() {
  need installed
  storage_on
  try_with yes inside A script --quiet --return --command 'jod-check pair jod-check@nas.lan' /dev/null
  same "pair ends well" 0 "$status"
  local command
  command=$(grep -o "echo 'ssh-ed25519 .*' | sudo jod-check-storage authorize" <<<"$output") ||
    fail "pair says what to run on the storage server" "$output"
  try inside B bash -c "$command"
  same "authorize, as pair said" 0 "$status"
}

# --- Settings -----------------------------------------------------------------------------------------------------------

# configure [NAME=VALUE…]: the package's own file, edited as a user edits it.
configure() {
  local file=$work/A/root/etc/default/jod-check setting
  cp "$work/A/default" "$file"
  for setting in "$@"; do
    if grep -q "^#\?${setting%%=*}=" "$file"; then
      sed -i "s|^#\?${setting%%=*}=.*|$setting|" "$file"
    else
      echo "$setting" >>"$file"
    fi
  done
  inside A systemctl daemon-reload
}

# household [NAME=VALUE…]: as before the first check, with nobody there.
household() {
  need paired
  is_on A || switch_on_a
  timer stop
  inside A systemctl reset-failed jod-check.service 2>/dev/null || true
  inside A bash -c 'rm -rf /var/lib/jod-check/* /run/jod-check/*'
  rm -f "$work/card/misses"
  jellyfin start
  jellyfin nobody
  configure "${household_settings[@]}" "$@"
  look
}

# household_by_webhook [NAME=VALUE…]: a household whose checks come by the socket, for the timer's are far apart. B is known to
# be down.
household_by_webhook() {
  household CHECK_INTERVAL=10min "$@"
  storage_off
  # The socket first: systemd refuses to start one while its service runs.
  inside A systemctl start jod-check.socket
  timer start
  await 30 "the first check" has_checked 1
  # The first may still be that one.
  try inside A systemctl start jod-check
  try inside A systemctl start jod-check
  # Silent twice is down where the two are 15 s apart.
  await 60 "B is known to be down" is_found_down
}

timer() {
  case $1 in
    start) inside A systemctl start jod-check.timer ;;
    stop) inside A systemctl stop jod-check.timer jod-check.service ;;
  esac
}

is_found_down() {
  inside A systemctl start jod-check
  is_known storage.state down
}

storage_on() {
  is_on B || echo pressed >"$work/card/button"
  await "$time_limit" "B boots" has_booted B
  await "$time_limit" "B's storage service is there" answers 2049
}
storage_off() {
  ! is_on B || inside B systemctl poweroff
  await "$time_limit" "B is off" storage_is_off
}
# Its card listens: what it heard last was no reason to wake.
storage_is_off() { is_off B && [[ $(tail -n 1 "$work/card/heard") =~ \ (off|listens|missed)$ ]]; }
answers() { nsenter --net=/run/netns/A timeout 1 bash -c "exec 3<>/dev/tcp/$address_b/$1"; }
