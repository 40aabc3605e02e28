# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # what the helpers set; and what other shells expand
# Wake on access, the way down, and Jellyfin's log. The network file system is sshfs, which any kernel has.

# A dash in a path is \x2d in a unit's name.
share=/srv/b-media unit='srv-b\x2dmedia'
share_line="media@nas.lan:/srv/media $share fuse.sshfs noauto,nofail,x-systemd.automount,allow_other,_netdev"
share_line+=,IdentityFile=/root/.ssh/media,StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null

bring_share() {
  need installed
  storage_on
  if ! grep -qw fuse /proc/filesystems || [ ! -c /dev/fuse ] || [ ! -c /dev/autofs ]; then
    skip "this kernel has no FUSE, or no autofs"
  fi
  try inside A env DEBIAN_FRONTEND=noninteractive apt-get install --yes sshfs
  same "apt installs sshfs" 0 "$status"
  inside A sh -c 'mkdir -p -m 700 /root/.ssh && ssh-keygen -q -t ed25519 -N "" -f /root/.ssh/media'
  inside B useradd --create-home --shell /bin/sh media
  inside B install -d -o media /home/media/.ssh /srv/media /srv/media/films
  cp "$work/A/root/root/.ssh/media.pub" "$work/B/root/home/media/.ssh/authorized_keys"
  inside B sh -c 'echo "a film" >/srv/media/films/one && chown -R media /srv/media'
  mkdir -p "$work/A/root/etc/systemd/system/$unit.mount.d"
  printf '[Mount]\nLazyUnmount=yes\n' >"$work/A/root/etc/systemd/system/$unit.mount.d/lazy.conf"
}

# household_with_share [NAME=VALUE…]: the share has its automount, and is not mounted.
household_with_share() {
  need share
  # The target by hand, and so the services as well, which would think that it is as they left it.
  inside A systemctl stop jod-check-{online,offline}.service storage-online.target "$unit.automount" "$unit.mount" \
    2>/dev/null || true
  sed -i '/fuse.sshfs/d' "$work/A/root/etc/fstab"
  echo "$share_line" >>"$work/A/root/etc/fstab"
  household CHECK_INTERVAL=10min "STORAGE_MOUNTS=$share" "$@"
  inside A systemctl reset-failed 2>/dev/null || true
  # As the first check makes it.
  inside A install -d -o jod-check -g jod-check /run/jod-check
  inside A systemctl start "$unit.automount"
}
property() { inside A systemctl show --property="$2" --value "$1"; }
failed_units() { inside A systemctl list-units --failed --plain --no-legend; }
is_waiting_for_access() { [ "$(property jod-check-access.service ActiveState)" = activating ]; }
# readers NUMBER: so many at once, in the background of A.
readers() {
  inside A rm -rf /root/read
  inside A mkdir /root/read
  inside A sh -c "for n in \$(seq $1); do
    setsid sh -c 'cat $share/films/one >/root/read/\$0 2>&1; echo \$? >/root/read/\$0.status' \$n </dev/null >/dev/null 2>&1 &
  done"
}
has_ended() { [ "$(inside A sh -c 'ls /root/read | grep -c status')" = "$1" ]; }
# What so many readers saw, each once.
seen_by_readers() { inside A sh -c 'cd /root/read && sort -u -- *'; }
# say WORD: the check's word, as its user gives it, and when, by the boot's clock.
say() {
  local other=online
  [ "$1" = offline ] || other=offline
  said=$(inside A cut -d ' ' -f 1 /proc/uptime)
  inside A setpriv --reuid=jod-check --regid=jod-check --clear-groups sh -c \
    "cd /run/jod-check && { mv storage-$other storage-$1 2>/dev/null || : >storage-$1; }"
}
result_since() {
  inside A awk -F = -v said="$1" '$1 == "began" { ours = $2 + 0.01 >= said } $1 == "result" && ours { print $2 }' \
    /run/jod-check-root/offline 2>/dev/null
}
has_result() { [ -n "$(result_since "$said")" ]; }

story access 'somebody opens a film while B is off: one wake for twenty readers, and all read'
story_access() {
  household_with_share
  storage_off
  look
  readers 20
  await 10 "the access waits" is_waiting_for_access
  await "$time_limit" "all have ended" has_ended 20
  same "what they read" $'0\na film' "$(seen_by_readers)"
  same "one wake request" 1 "$(requests | count)"
  same "nothing has failed" '' "$(failed_units)"
  local words ready read
  words=$(journal --output=cat --unit=jod-check-access)
  note "$(journal --output=short --unit=jod-check-access)"
  contains "it is told who asked" " opens $share." "$words"
  contains "and by which program" ': cat' "$words"
  ready=$(journal --output=json --unit=jod-check-access JOD_EVENT=storage-ready | grep -oP '"__REALTIME_TIMESTAMP":"\K\d+' | head -n 1)
  read=$(inside A stat --format=%.Y /root/read/1.status)
  figure "read $(awk -v from="$ready" -v to="$read" 'BEGIN { printf "%.1f", to - from / 1e6 }') s after B is ready"
  # B is ready: the next mount is made at once.
  inside A systemctl stop "$unit.mount"
  local began=$EPOCHREALTIME
  readers 1
  await 10 "one more" has_ended 1
  figure "an access with B ready: $(awk -v from="$began" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - from }') s"
  same "it sends nothing" 1 "$(requests | count)"
}

story access-killed 'a reader that gives up leaves nothing behind, and B comes all the same'
story_access-killed() {
  household_with_share
  storage_off
  readers 3
  await 10 "the access waits" is_waiting_for_access
  inside A sh -c 'kill -KILL $(pidof cat)'
  same "they are gone" '' "$(inside A pidof cat || true)"
  await "$time_limit" "B comes" has_booted B
  await "$time_limit" "its share is mounted" inside A mountpoint -q "$share/films/.."
  same "nothing has failed" '' "$(failed_units)"
}

story access-timeout 'B does not come: each reader gets an error, and the next access begins anew, sixty times running'
story_access-timeout() {
  household_with_share WAKE_TIMEOUT=100ms PACKET_COOLDOWN_TIME=100ms
  storage_off
  echo 9999 >"$work/card/misses"
  local number began=$SECONDS
  for ((number = 0; number < 60 && SECONDS - began < 180; number++)); do
    try inside A cat "$share/films/one"
    [ "$status" = 1 ] || fail "an error for a reader" "$output"
  done
  same "so many tried" 60 "$number"
  same "the automount lives" active "$(property "$unit.automount" ActiveState)"
  same "no folder is in its place" autofs "$(inside A findmnt --noheadings --output=FSTYPE --mountpoint "$share")"
  same "that is known" failed "$(property jod-check-access.service ActiveState)"
  rm -f "$work/card/misses"
  storage_on
  try inside A cat "$share/films/one"
  same "with B back it is read" 'a film' "$output"
  same "and nothing has failed" '' "$(failed_units)"
}

story access-refused 'while somebody waits nothing is stopped, and the film is read'
story_access-refused() {
  household_with_share
  storage_off
  echo 99 >"$work/card/misses"
  say online
  await 10 "the target is up" inside A systemctl is-active storage-online.target
  readers 1
  await 10 "the access waits" is_waiting_for_access
  say offline
  await 20 "root's service has a result" has_result
  same "it is refused" refused "$(result_since "$said")"
  same "the target is up" active "$(property storage-online.target ActiveState)"
  same "the access waits" activating "$(property jod-check-access.service ActiveState)"
  same "nothing has failed" '' "$(failed_units)"
  say online
  rm -f "$work/card/misses"
  storage_on
  await "$time_limit" "the reader has ended" has_ended 1
  same "and has read" $'0\na film' "$(seen_by_readers)"
}

story way-down 'on the way down the share is synced and unmounted before B is asked'
story_way-down() {
  household_with_share CHECK_INTERVAL=2s COOLDOWN_TIME=6s
  storage_on
  same "read" 'a film' "$(inside A cat "$share/films/one")"
  look
  timer start
  await "$time_limit" "a power-off" has_entry poweroff-requested
  contains "root's service says so" result=done "$(inside A cat /run/jod-check-root/offline)"
  local unmounted asked
  unmounted=$(when Unmounted --unit="$unit.mount")
  asked=$(when '' JOD_EVENT=poweroff-requested)
  between "the share went first" 0 "$asked" "$unmounted"
  await "$time_limit" "B is off" storage_is_off
  timer stop
  same "the automount lives" active "$(property "$unit.automount" ActiveState)"
  same "nothing has failed" '' "$(failed_units)"
}
# when WORDS MATCH: the time of the last entry with these words, by the boot's clock.
when() { journal --output=short-monotonic "$2" | grep "$1" | tail -n 1 | tr -d '[]' | awk '{ print $1 }'; }

# As many as come through a way down, twenty-five at a time.
through=${ACCEPTANCE_READERS:-150}
story way-down-readers 'readers at any moment of the way down: each reads, and none while B is asked to go'
story_way-down-readers() {
  # It says after a while that it is busy, and writes down what was mounted meanwhile.
  local refuse=$work/A/root/usr/local/bin/refuse
  cat >"$refuse" <<'END'
#!/bin/sh
for look in 1 2 3 4; do
  mounted="$mounted $(grep -c fuse.sshfs /proc/self/mounts)"
  sleep 0.1
done
echo "$mounted" >>/run/jod-check/asked
exit 75
END
  chmod 755 "$refuse"
  household_with_share STORAGE_SERVER_SSH= SHUTDOWN_COMMAND=/usr/local/bin/refuse
  storage_on
  inside A rm -f /run/jod-check/asked
  local round called_off=0 refused=0
  : >"$work/through"
  for ((round = 0; round < through / 25; round++)); do
    # Mounted or not, and nobody waits for it any more.
    inside A cat "$share/films/one" >"$work/one"
    ((round % 2)) || inside A systemctl stop "$unit.mount"
    sleep 6
    inside A rm -rf /root/read
    inside A mkdir /root/read
    # Before it is decided, on the way down, and while B is asked.
    inside A bash -c "for n in {1..25}; do
      setsid bash -c 'sleep 1.\$((RANDOM % 5))\$((RANDOM % 10))
        cat $share/films/one >/root/read/\$0 2>&1; echo \$? >/root/read/\$0.status' \$n </dev/null >/dev/null 2>&1 &
    done"
    try inside A jod-check sleep --force
    [[ $output != *"waits for a file"* ]] || called_off=$((called_off + 1))
    [[ $output != *"is busy"* ]] || refused=$((refused + 1))
    await 30 "all have ended" has_ended 25
    seen_by_readers >>"$work/through"
  done
  # Who comes in the instant in which systemd itself takes the mount away gets an error from it, as with every automount.
  local lost
  lost=$(grep -c 'No such device' "$work/through" || true)
  same "all others have read" 'a film' "$(grep -v -e 'No such device' -e '^[01]$' "$work/through" | sort -u)"
  between "no more than one such instant in a way down" 0 "$refused" "$lost"
  figure "$round times: B was asked $refused times, $called_off ways down were called off, $lost readers came as systemd unmounted"
  inside A cat /run/jod-check/asked >"$work/asked"
  between "B was asked" 1 "$round" "$refused"
  same "nothing was mounted meanwhile" ' 0 0 0 0' "$(sort -u "$work/asked")"
  same "nothing has failed" '' "$(failed_units)"
}

story sync-hangs 'a share that cannot be synced is stopped all the same, and the result says so'
story_sync-hangs() {
  household_with_share
  storage_on
  local sync=$work/A/root/usr/local/bin/sync
  say online
  await 20 "online" inside A systemctl is-active storage-online.target
  printf '#!/bin/sh\ntrap "" TERM\nsleep 60\n' >"$sync"
  chmod 755 "$sync"
  same "read" 'a film' "$(inside A cat "$share/films/one")"
  say offline
  await 30 "root's service has a result" has_result
  figure "after $waited s"
  same "it has failed" failed "$(result_since "$said")"
  same "the mount is gone" inactive "$(property "$unit.mount" ActiveState)"
  printf '#!/bin/sh\nexit 1\n' >"$sync"
  say online
  await 20 "online" inside A systemctl is-active storage-online.target
  same "read" 'a film' "$(inside A cat "$share/films/one")"
  say offline
  await 30 "root's service has a result" has_result
  same "one that fails has failed" failed "$(result_since "$said")"
  same "the mount is gone" inactive "$(property "$unit.mount" ActiveState)"
  rm "$sync"
  same "no unit has failed" '' "$(failed_units)"
}

story words 'whichever word comes last counts, however often it changes, and no service is started in a loop'
story_words() {
  household_with_share
  local script='cd /run/jod-check; : >storage-offline; for n in $(seq 100); do mv storage-offline storage-online
    [ $((n % 3)) != 0 ] || sleep 0.05; mv storage-online storage-offline; [ $((n % 7)) != 0 ] || sleep 0.3; done'
  inside A setpriv --reuid=jod-check --regid=jod-check --clear-groups sh -c "$script"
  await 20 "offline is what counts" inside A sh -c '! systemctl is-active storage-online.target'
  say online
  await 20 "then online" inside A systemctl is-active storage-online.target
  local run
  run=$(property jod-check-online.service InvocationID)
  say offline
  await 20 "then offline" has_result
  same "that is done" 'done' "$(result_since "$said")"
  run=$(property jod-check-offline.service InvocationID)
  sleep 3
  same "once" "$run" "$(property jod-check-offline.service InvocationID)"
  # A service that cannot even start is no reason to try for ever.
  inside A mv /usr/lib/jod-check/offline /usr/lib/jod-check/off
  say online
  await 20 "online" inside A systemctl is-active storage-online.target
  say offline
  sleep 3
  inside A mv /usr/lib/jod-check/off /usr/lib/jod-check/offline
  same "nothing has failed" '' "$(failed_units)"
  say online
  say offline
  await 20 "it is done again" has_result
  same "well" 'done' "$(result_since "$said")"
}

story early-access 'a unit that opens the share early in the boot does not stop it, and no ordinary one sees an empty folder'
story_early-access() {
  household_with_share
  storage_off
  local units=$work/A/root/etc/systemd/system
  printf '[Unit]\nDefaultDependencies=no\nAfter=local-fs.target\nBefore=sysinit.target\n[Service]\nType=oneshot\nExecStart=-/bin/ls %s/films\n' \
    "$share" >"$units/early.service"
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/findmnt --noheadings --output=FSTYPE %s\n' "$share" \
    >"$units/first.service"
  echo "f $share/films/new 0644 root root - x" >"$work/A/root/etc/tmpfiles.d/early.conf"
  mkdir -p "$units/sysinit.target.wants"
  ln -sf ../early.service "$units/sysinit.target.wants/"
  ln -sf ../first.service "$units/multi-user.target.wants/"
  look
  local began=$EPOCHREALTIME
  restart_a
  figure "A boots in $(awk -v from="$began" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - from }') s"
  same "the first ordinary unit sees the automount" autofs \
    "$(inside A journalctl --quiet --boot --unit=first --output=cat | grep -x autofs)"
  same "nothing was mounted" inactive "$(property "$unit.mount" ActiveState)"
  same "and B not woken" '' "$(packets)"
  same "systemd found no cycle" '' "$(inside A journalctl --quiet --boot --output=cat | grep -i 'ordering cycle' || true)"
  rm -f "$units"/{early,first}.service "$units/sysinit.target.wants/early.service" \
    "$units/multi-user.target.wants/first.service" "$work/A/root/etc/tmpfiles.d/early.conf"
  inside A systemctl daemon-reload
}

story access-shutdown 'A powers off with an access waiting as quickly as ever'
story_access-shutdown() {
  household_with_share WAKE_TIMEOUT=10min
  storage_off
  echo 99 >"$work/card/misses"
  readers 3
  await 10 "the access waits" is_waiting_for_access
  local began=$EPOCHREALTIME
  inside A systemctl poweroff || true
  await 30 "A is off" is_off A
  figure "A is off after $(awk -v from="$began" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - from }') s"
  rm -f "$work/card/misses"
  switch_on_a
}

story access-edit 'a file of the administrator takes the place of what hangs the mount on the access'
story_access-edit() {
  household_with_share
  contains "ours" jod-check-access.service "$(property "$unit.mount" Requires)"
  contains "so is the target's" storage-online.target "$(property "$unit.mount" PartOf)"
  local file=$work/A/root/etc/systemd/system/$unit.mount.d/jod-check-access.conf
  printf '[Unit]\nPartOf=storage-online.target\n' >"$file"
  inside A systemctl daemon-reload
  lacks "theirs" jod-check-access.service "$(property "$unit.mount" Requires)"
  contains "which says the same of the target" storage-online.target "$(property "$unit.mount" PartOf)"
  rm "$file"
  # Without an automount an access waits for nothing, and a boot would wait.
  sed -i 's/,x-systemd.automount//' "$work/A/root/etc/fstab"
  inside A systemctl daemon-reload
  lacks "no automount, nothing of ours" jod-check-access.service "$(property "$unit.mount" Requires)"
  contains "the log says why" 'has no automount' "$(inside A journalctl --quiet --boot --identifier=jod-check-generator --output=cat)"
}

story access-sandbox 'the service sees in its sandbox who touched the automount: the line in the journal, the name, the unit'
story_access-sandbox() {
  household_with_share
  storage_on
  local folder=$work/A/root/etc/systemd/system/jod-check-access.service.d process seen
  inside A cat "$share/films/one"
  inside A systemctl stop "$unit.mount"
  inside A systemd-run --quiet --unit=toucher --uid=daemon sleep 1000
  process=$(property toucher.service MainPID)
  mkdir -p "$folder"
  printf '[Service]\nExecStart=\nExecStart=/bin/sh -c "{ %s; cat /proc/%s/comm /proc/%s/cgroup; } >/run/jod-check/seen 2>&1"\n' \
    "journalctl --quiet --output=cat --lines=200" "$process" "$process" >"$folder/look.conf"
  inside A systemctl daemon-reload
  inside A systemctl start jod-check-access.service
  seen=$(inside A cat /run/jod-check/seen)
  rm "$folder/look.conf"
  inside A rm /run/jod-check/seen
  inside A systemctl stop toucher
  inside A systemctl daemon-reload
  contains "who it was" "Got automount request for $share, triggered by" "$seen"
  contains "the name of a process of another user" $'\nsleep\n' "$seen"
  contains "and its unit" /toucher.service "$seen"
}

watch_has_ended() { [ "$(property jod-check-jellyfin.service ActiveState)" = inactive ]; }
story log-flood 'however much Jellyfin logs, that makes 20 checks a minute, and what it writes last is looked at'
story_log-flood() {
  local log=/var/log/jellyfin
  household CHECK_INTERVAL=10min "JELLYFIN_LOG_DIRECTORY=$log"
  inside A rm -rf "$log"
  storage_off
  inside A systemctl start jod-check.timer
  await 30 "the first check" has_checked 1
  same "a folder that is not there yet is no failure" active "$(property jod-check-jellyfin.path ActiveState)"
  inside A install -d -m 700 -o daemon "$log"
  sleep 8
  look
  inside A bash -c "exec 3>>$log/log; for ((n = 0; n < 2000; n++)); do
    printf 'line %s\n' {1..15} >&3; sleep 0.027; ((SECONDS < 60)) || break; done"
  between "lines a second" 200 1000 "$(($(inside A grep -c '' "$log/log") / 60))"
  between "checks" 15 21 "$(checks)"
  figure "$(inside A grep -c '' "$log/log") lines, $(checks) checks in a minute"
  await 10 "the watch ends" watch_has_ended
  same "the path unit lives" active "$(property jod-check-jellyfin.path ActiveState)"
  local last
  last=$(inside A stat --format=%Y "$log/log")
  between "the last check began after the last line" "$last" 9999999999 \
    "$(grep ' GET /Sessions$' "$work/jellyfin/requests" | tail -n 1 | awk '{ print $1 }')"
  same "the journal has nothing of it" '' "$(mentions)"
  look
  inside A sh -c "echo one >>$log/log"
  await 10 "one line, one check" has_checked 1
  # Our own polls write that log while the key is rejected.
  configure "${household_settings[@]}" CHECK_INTERVAL=10min "JELLYFIN_LOG_DIRECTORY=$log" \
    JELLYFIN_API_KEY=00000000000000000000000000000000
  # It may be told already, for the reload has the timer check as well.
  try inside A systemctl start jod-check
  await 10 "the check says so" inside A test -e /run/jod-check/no-hints
  sleep 4
  look
  inside A sh -c "echo two >>$log/log"
  sleep 4
  same "no hint is taken while the key is rejected" 0 "$(checks)"
  configure "${household_settings[@]}" CHECK_INTERVAL=10min "JELLYFIN_LOG_DIRECTORY=$log"
  inside A systemctl start jod-check
  sleep 4
  look
  inside A sh -c "echo three >>$log/log"
  await 10 "a hint is taken again" has_checked 1
  timer stop
}
