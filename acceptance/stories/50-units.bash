# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# What an administrator does to the units, and what systemd does of itself.

# edit_timer PATH LINE…: a drop-in with these lines, below the folder given or /etc's.
edit_timer() {
  local path=$1
  [[ $path == /* ]] || path=/etc/systemd/system/$path
  shift
  mkdir -p "$work/A/root${path%/*}"
  printf '%s\n' '[Timer]' "$@" >"$work/A/root$path"
}
# In /run, as the machine sees it.
edit_runtime() {
  inside A mkdir -p "/run/systemd/system/${1%/*}"
  inside A bash -c "printf '[Timer]\n%s\n' '$2' >/run/systemd/system/$1"
}
forget_edits() {
  inside A bash -c 'rm -rf /{etc,run,usr/local/lib}/systemd/system/{jod-check.timer,jod-.timer,timer,jod-check.service}.d'
  reload
}
reload() { inside A systemctl daemon-reload; }
# Times between two checks that are in force, by systemd's own word.
intervals() {
  inside A systemctl show jod-check.timer --property=TimersMonotonic | sed -n 's/.*OnUnitActiveUSec=\([^;]*\) ;.*/\1/p' |
    paste -sd ' '
}
restart_a() {
  local before
  before=$(leader A)
  inside A systemctl reboot
  # The kernel is one for all machines: a boot of A is told by its process 1.
  await "$time_limit" "A restarts" is_another_boot "$before"
  await "$time_limit" "A boots" has_booted A
}
is_another_boot() {
  local now
  now=$(leader A) && [ "$now" != "$1" ]
}

story timer-edit 'an interval set with systemctl edit, the list reset before it, still holds after a restart of A'
story_timer-edit() {
  household CHECK_INTERVAL=3s
  edit_timer jod-check.timer.d/override.conf OnUnitActiveSec= OnUnitActiveSec=3s
  reload
  inside A systemctl enable --now jod-check.timer
  restart_a
  look
  await 60 "three checks" has_checked 3
  same "one interval" 3s "$(intervals)"
  try inside A jod-check doctor
  contains "doctor says so" 'runs every 3s' "$output"
  # As it was before there was a drop-in of ours behind the administrator's.
  ln -s /dev/null "$work/A/root/etc/systemd/system/jod-check.timer.d/zzz-jod-check.conf"
  restart_a
  same "without ours it elapses never" elapsed "$(inside A systemctl show --property=SubState --value jod-check.timer)"
  try inside A jod-check doctor
  contains "doctor finds that" 'has elapsed, and never will again' "$output"
  same "as a fault" 1 "$status"
  try inside A setpriv --reuid=nobody --regid=nogroup --clear-groups jod-check status
  contains "so does status, for anybody" 'has elapsed, and never will again' "$output"
  forget_edits
  look
  inside A systemctl restart jod-check.timer
  await 30 "it checks again" has_checked 1
  inside A systemctl disable --now jod-check.timer
}

story drop-ins 'an interval of the administrator takes the place of ours where systemd reads it, and nowhere else'
story_drop-ins() {
  household CHECK_INTERVAL=20s
  same "ours" 20s "$(intervals)"
  local path
  for path in jod-check.timer.d jod-.timer.d timer.d; do
    edit_timer "$path/x.conf" 'OnUnitActiveSec = 5min'
    reload
    same "theirs, of /etc and $path" 5min "$(intervals)"
    forget_edits
    edit_timer "/usr/local/lib/systemd/system/$path/x.conf" $'  OnUnitActiveSec= \\' '# a comment' ' 6min'
    reload
    same "theirs, of /usr/local/lib and $path" 6min "$(intervals)"
    mkdir -p "$work/A/root/etc/systemd/system/$path"
    ln -s /dev/null "$work/A/root/etc/systemd/system/$path/x.conf"
    reload
    same "ours, where /etc masks that" 20s "$(intervals)"
    forget_edits
    edit_runtime "$path/x.conf" OnUnitActiveSec=7min
    reload
    same "theirs, of /run and $path" 7min "$(intervals)"
    forget_edits
  done
  # Which of two files of one name counts.
  edit_timer jod-.timer.d/x.conf AccuracySec=1s
  edit_runtime jod-check.timer.d/x.conf OnUnitActiveSec=7min
  reload
  same "a shorter prefix in /etc comes before the unit's own in /run" 20s "$(intervals)"
  edit_timer timer.d/x.conf OnUnitActiveSec=8min
  inside A rm -r /etc/systemd/system/jod-.timer.d
  reload
  same "the type in /etc comes after the unit's own in /run" 7min "$(intervals)"
  forget_edits
  edit_timer timer.d/b.conf OnUnitActiveSec=
  edit_timer jod-check.timer.d/override.conf OnUnitActiveSec=5min
  edit_timer jod-check.timer.d/a.conf OnUnitActiveSec=9min
  reload
  same "one list by the files' names" 5min "$(intervals)"
  forget_edits
  same "ours again" 20s "$(intervals)"
}

story zone 'LISTEN_ADDRESS with the zone of an interface gives the socket an address'
story_zone() {
  # systemd asks the kernel for the interface.
  household 'LISTEN_ADDRESS=[fe80::1%eth0]:8097'
  local listen
  listen=$(inside A systemctl show --property=Listen jod-check.socket)
  contains "systemd has the address" '[fe80::1' "$listen"
  contains "and its zone" '%eth0' "$listen"
  lacks "and not our own beside it" 127.0.0.1 "$(inside A systemctl show --property=Listen jod-check.socket)"
}

story reloads 'thirty reloads of systemd with Jellyfin down are told once a minute at most'
story_reloads() {
  household CHECK_INTERVAL=10min
  jellyfin stop
  inside A systemctl start jod-check.timer
  await 30 "the first check" has_entry jellyfin-unreachable
  look
  local began=$EPOCHREALTIME number runs=0 last='' now minutes told
  for ((number = 0; number < 30; number++)); do
    reload
    sleep 1.2
    now=$(inside A systemctl show --property=InvocationID --value jod-check)
    [ "$now" = "$last" ] || runs=$((runs + 1))
    last=$now
  done
  minutes=$(awk -v from="$began" -v now="$EPOCHREALTIME" 'BEGIN { print int((now - from) / 60) + 1 }')
  told=$(entries jellyfin-unreachable)
  between "what was told" 0 "$minutes" "$told"
  between "what systemd has told of failures" 0 "$minutes" \
    "$(messages | grep -c 'Failed with result' || true)"
  figure "$runs runs, told $told times in $minutes min"
  timer stop
}

story stopped 'a check that is stopped, as on the way down of A, has not failed'
story_stopped() {
  household
  local jellyfin
  jellyfin=$(cat "$work/jellyfin/pid")
  # It takes connections, and answers none.
  kill -STOP "$jellyfin"
  inside A systemctl start --no-block jod-check.service
  await 10 "a check runs" is_in_state activating
  inside A systemctl stop jod-check.service
  kill -CONT "$jellyfin"
  same "it is over" inactive "$(inside A systemctl show --property=ActiveState --value jod-check)"
  same "well" success "$(inside A systemctl show --property=Result --value jod-check)"
  lacks "nothing is told of a failure" Failed "$(messages)"
}
is_in_state() { [ "$(inside A systemctl show --property=ActiveState --value jod-check)" = "$1" ]; }

story mounts 'the service sees every mount of the machine, and doctor tells what is hidden from it'
story_mounts() {
  household
  local places=(/home/pi/media /root/media /run/user/1000/media /media/films /mnt/films /srv/films /opt/films /var/films
    /tmp/films /var/tmp/films)
  local folder
  for folder in "${places[@]}"; do
    inside A mkdir -p "$folder"
    inside A mount -t tmpfs films "$folder"
  done
  same "it sees all of them" '' "$(unseen)"
  # A share that is not mounted now, for a container's kernel may have no network file system.
  echo 'nas.lan:/films /home/pi/shares nfs noauto 0 0' >>"$work/A/root/etc/fstab"
  cp "$work/A/root/bin/true" "$work/A/root/usr/local/bin/off"
  inside A cp /bin/true /var/tmp/off
  configure "${household_settings[@]}" STORAGE_SERVER_SSH= SHUTDOWN_COMMAND=/var/tmp/off
  try inside A jod-check doctor
  contains "doctor tells of a program that is hidden" 'SHUTDOWN_COMMAND names "/var/tmp/off", which PrivateTmp=' "$output"
  lacks "and of no mount" 'ProtectHome=' "$output"
  configure "${household_settings[@]}" STORAGE_SERVER_SSH= SHUTDOWN_COMMAND=/usr/local/bin/off
  edit_service ProtectHome=yes
  same "an edit can hide some" "$(printf '%s\n' /home/pi/media /root/media /run/user/1000/media)" "$(unseen)"
  try inside A jod-check doctor
  contains "doctor tells of those" 'ProtectHome= of jod-check.service hides "/home/pi/shares"' "$output"
  lacks "and of no program" PrivateTmp= "$output"
  sed -i '/^nas.lan:/d' "$work/A/root/etc/fstab"
  forget_edits
  inside A umount "${places[@]}"
}
edit_service() {
  mkdir -p "$work/A/root/etc/systemd/system/jod-check.service.d"
  printf '%s\n' '[Service]' "$@" >"$work/A/root/etc/systemd/system/jod-check.service.d/edit.conf"
  reload
}
# Mounts of the machine that are not in the service's table, by a program in the place of ours.
unseen() {
  mkdir -p "$work/A/root/etc/systemd/system/jod-check.service.d"
  printf '[Service]\nExecStart=\nExecStart=/bin/cp --remove-destination /proc/self/mountinfo /var/lib/jod-check/mountinfo\n' \
    >"$work/A/root/etc/systemd/system/jod-check.service.d/look.conf"
  reload
  inside A systemctl start jod-check || echo "it does not start"
  comm -23 <(inside A cat /proc/1/mountinfo | mount_points) <(inside A cat /var/lib/jod-check/mountinfo | mount_points)
  rm "$work/A/root/etc/systemd/system/jod-check.service.d/look.conf"
  reload
}
# Of a mountinfo on standard input. systemd makes the kernel's own and its credentials' for each service anew.
mount_points() { cut -d ' ' -f 5 | grep -Ev '^/(proc|sys|dev|run/credentials|run/systemd)(/|$)' | sort -u; }
