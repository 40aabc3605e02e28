# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # shared with storage/test, which sources this
# --- The guards' rules --------------------------------------------------------------------------------------------------

free_machine
stub systemctl </dev/null

only_guard mine <<<'exit 0'
run "$helper" poweroff
check "a free guard lets the request through" 0 "poweroff accepted"
same "systemctl is asked once, and heeds inhibitors" "--check-inhibitors=yes poweroff" "$(calls systemctl)"

stub systemctl </dev/null
only_guard mine <<<'echo "the cat sleeps on it"; exit 1'
run "$helper" poweroff
check "a busy guard refuses with 75 and its reason" 75 "the cat sleeps on it"
same "and systemctl is not asked at all" "" "$(calls systemctl)"

guard other <<<'echo "the dog too"; exit 3'
run "$helper" suspend
check "every busy guard is named" 75 "the cat sleeps on it; the dog too"

only_guard mine <<<'kill -SEGV $$'
run "$helper" poweroff
check "a guard that crashes is busy, and is named" 75 "$guard_folder/mine failed with status 139"

only_guard mine <<<'echo "cannot open the door" >&2; exit 2'
run "$helper" poweroff
check "a guard without a reason on standard output is busy with its last error" 75 "failed with status 2: cannot open the door"

only_guard mine <<<'exit 1'
chmod 644 "$guard_folder/mine"
run "$helper" poweroff
check "a guard that is not executable is busy, and says what to do" 75 "chmod +x"

only_guard
ln -s /nowhere "$guard_folder/gone"
run "$helper" poweroff
check "a guard that is missing behind its link is busy" 75 "$guard_folder/gone is no executable file"

sed -i 's/^guard_seconds=7$/guard_seconds=1/' /usr/lib/jod-check-storage/guards
only_guard mine <<<'trap "" TERM; sleep 1000 & echo $! >/tmp/hangs; while true; do wait; done'
run "$helper" poweroff
check "a guard that hangs and ignores signals is ended, and is busy" 75 "gave no answer within 1 s"
sed -i 's/^guard_seconds=1$/guard_seconds=7/' /usr/lib/jod-check-storage/guards
same "the bound is back at 7 s" 1 "$(grep -c '^guard_seconds=7$' /usr/lib/jod-check-storage/guards)"

only_guard mine <<<'exit 1'
mv "$guard_folder/mine" "$guard_folder/mine.dpkg-old"
cp "$guard_folder/mine.dpkg-old" "$guard_folder/mine~"
run "$helper" poweroff
check "copies that dpkg and editors leave behind are no guards" 0 accepted

only_guard
guard backup <<<'echo "mine, not the shipped one"; exit 1'
run "$helper" poweroff
check "an administrator's guard stands before the shipped one of its name" 75 "mine, not the shipped one"

rm -f "$guard_folder/backup"
ln -s /dev/null "$guard_folder/backup"
run "$helper" poweroff
check "a link to /dev/null switches a shipped guard off" 0 accepted

only_guard mine <<<'printf "a\033[31mb\nc\304d \"quoted\" \\\\ \303\274\n"; exit 1'
run "$helper" poweroff
check "a reason loses control characters and broken letters, and keeps to one line" 75 'a[31mb; cd "quoted" \ ü'

export LEAK=yes BASH_ENV=/tmp/environment
echo 'touch /tmp/bash-env-was-read' >/tmp/environment
only_guard mine <<<'env | grep -v -e ^PATH= -e ^LC_ALL= -e ^PWD= -e ^SHLVL= -e ^_=; exit 1'
run "$helper" poweroff
unset LEAK BASH_ENV
check "a guard gets a clean environment" 75 "failed with status 1"
same "bash's start file in the environment is not read" no "$(if [ -e /tmp/bash-env-was-read ]; then echo yes; else echo no; fi)"

# --- Who asks -----------------------------------------------------------------------------------------------------------

only_guard mine <<<'echo "asked by ${JOD_CHECK_ADDRESS-nobody}"; exit 1'
asks_from() {
  status=0
  output=$("$helper" poweroff 2>&1 <<<"$1") || status=$?
}
mkdir -p /var/lib/jod-check-storage
for address in 192.0.2.9 fd00::9 fe80::9%enp3s0; do
  asks_from "$address"
  check "a guard learns that $address asks" 75 "asked by $address"
done
asks_from 192.0.2.9
run jod-check-storage status
check "status asks the guards as for the machine that asked last" 0 "asked by 192.0.2.9"
for nonsense in '' '-h' '192.0.2.9 x' '$(id)' nas.lan; do
  asks_from "$nonsense"
  check "'$nonsense' is no address, and nobody is told of" 75 "asked by nobody"
done
rm -r /var/lib/jod-check-storage

# --- The time for it ----------------------------------------------------------------------------------------------------

# with_bounds ALL GUARDS COMMAND…: with other bounds than the real ones, so that no test takes as long.
with_bounds() {
  local guards=/usr/lib/jod-check-storage/guards
  cp "$guards" "$work/guards"
  sed -i -e "s/^all_seconds=.*/all_seconds=$1/" -e "s/^guard_seconds=.*/guard_seconds=$2/" "$guards"
  shift 2
  began=$EPOCHREALTIME
  run "$@"
  took=$(awk -v from="$began" -v now="$EPOCHREALTIME" 'BEGIN { print now - from }')
  cp "$work/guards" "$guards"
}
took_at_most() {
  tell "$1 (${took} s)" "$(awk -v took="$took" -v most="$2" 'BEGIN { if (took > most) print "longer than " most " s" }')"
}
real_seconds=$(sed -n 's/^all_seconds=\([0-9]*\)$/\1/p' /usr/lib/jod-check-storage/guards)
tell "all parts together have $real_seconds s of the 15: a login, a signal that cannot be ignored and two words for the journal have the rest" \
  "$([ -n "$real_seconds" ] && [ "$real_seconds" -le 11 ] || echo "got: $real_seconds")"

only_guard mine <<<'sleep 0.8'
stub busctl <<<'sleep 100'
stub systemctl <<<'trap "" TERM; sleep 100'
stub ethtool <<<'sleep 100'
stub logger <<<'sleep 100'
with_bounds 2 1 "$helper" poweroff
check "guards, busctl, systemctl and logger that all hang end as a failure" 1 "systemctl gave no answer in time"
took_at_most "and in the time for all of it, each signal and each word a second more" 6.5
free_machine
stub logger </dev/null

# What waits in the kernel for a dead disk ends by no signal: a timeout that does not end stands in for it.
cp /usr/bin/timeout "$work/timeout"
stub timeout <<END
[[ \$* != */mine ]] || exec sleep 100
exec $work/timeout "\$@"
END
only_guard mine <<<'exit 0'
with_bounds 6 1 "$helper" poweroff
check "a guard that no signal ends is busy as well" 75 "$guard_folder/mine gave no answer within 1 s"
took_at_most "and does not keep the request from ending" 4
cp "$work/timeout" /usr/bin/timeout
stub systemctl </dev/null

for word in halt reboot '' 'poweroff --force' --force POWEROFF; do
  run "$helper" "$word"
  check "the helper refuses the word '$word'" 64 "one word is expected"
done
run "$helper" poweroff --force
check "the helper refuses a second argument" 64 "one word is expected"
run "$helper"
check "the helper refuses to run without a word" 64 "one word is expected"

# --- Inhibitors and systemctl's refusals --------------------------------------------------------------------------------

only_guard
stub systemctl </dev/null
stub busctl <<'END'
cat <<'WORDS'
a(ssssuu) 3 "sleep" "NetworkManager" "turns off \"networks\"" "delay" 0 648 "shutdown" "apt" "Unattended \303\274pgrades, \"all\" of the\'m \\n" "block" 0 777 "handle-lid-switch" "x" "y" "block" 0 1
WORDS
END
run "$helper" poweroff
check "an inhibitor that blocks shutdown refuses power off" 75 'inhibited by apt: Unattended üpgrades, "all" of the'"'m "'\n'
run "$helper" suspend
check "it does not refuse suspend, and one that only delays does not either" 0 "suspend accepted"
stub busctl <<<'echo "a(ssssuu) 1 \"shutdown:sleep\" \"borg\" \"backup\" \"block\" 0 1"'
run "$helper" hibernate
check "one that blocks shutdown and sleep refuses hibernate" 75 "inhibited by borg: backup"
stub busctl <<<'echo "Failed to connect to bus" >&2; exit 1'
run "$helper" poweroff
check "without logind there are no inhibitors" 0 accepted
free_machine

trailer='Please retry operation after closing inhibitors and logging out other users.
'\''systemd-inhibit'\'' can be used to list active inhibitors.
Alternatively, ignore inhibitors and users with '\''systemctl poweroff -i'\''.'
refusing() {
  stub systemctl <<END
[ "\$1" = --check-inhibitors=yes ] || exit 0
cat >&2 <<'WORDS'
$1
$trailer
WORDS
exit 1
END
}
refusing 'Operation inhibited by "apt" (PID 777 "apt", user root), reason is "upgrade".'
run "$helper" poweroff
check "systemctl's refusal for an inhibitor becomes 75" 75 'Operation inhibited by "apt"'
refusing 'User anna is logged in on tty1.'
run "$helper" poweroff
check "systemctl's refusal for somebody logged in becomes 75" 75 'User anna is logged in on tty1'
same "and nothing else is asked of it" "--check-inhibitors=yes poweroff" "$(calls systemctl)"
refusing $'User anna is logged in on tty1.\nUser jod-check is logged in on sshd.'
run "$helper" poweroff
check "somebody besides the request's own session is busy" 75 'User anna'
refusing 'User jod-check is logged in on sshd.'
run "$helper" poweroff
check "the request's own session is no reason to stay up" 0 accepted
same "systemctl was asked to heed inhibitors first" $'--check-inhibitors=yes poweroff\npoweroff' "$(calls systemctl)"
refusing $'User jod-check is logged in on sshd.\nSomething nobody has heard of.'
run "$helper" poweroff
check "words nobody knows are never taken for the own session" 75 'nobody has heard of'
stub systemctl <<<'echo "Call to PowerOff failed: Operation denied due to active block inhibitor" >&2; exit 1'
run "$helper" poweroff
check "logind's refusal, as newer ones word it, becomes 75" 75 "Operation denied due to active block inhibitor"
stub systemctl <<<'echo "systemctl: unrecognized option --check-inhibitors=yes" >&2; exit 1'
run "$helper" poweroff
check "a complaint about the option itself is no refusal" 1 "unrecognized option"
stub systemctl <<<'echo "Call to Hibernate failed: Sleep verb \"hibernate\" is not configured" >&2; exit 1'
run "$helper" hibernate
check "any other failure of systemctl is 1 and its words" 1 'Sleep verb "hibernate" is not configured'
stub systemctl </dev/null
