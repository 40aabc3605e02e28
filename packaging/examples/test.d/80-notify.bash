# What tells that a unit has failed: ntfy, against a stand-in, and mail, with a stub of the mailer.
# shellcheck shell=bash disable=SC2154 # of run
notify=$here/notify
serve ntfy
printf '%s\n' "url = \"$url/a-topic\"" 'header = "Authorization: Bearer secret-token"' >"$work/credentials/ntfy"
journal() {
  stub journalctl <<STUB
case " \$* " in
  *"$1"*) echo 'Jellyfin does not answer: 100% of its answers are "late".' ;;
esac
STUB
}
journal ' _SYSTEMD_INVOCATION_ID=r1 '
run env MONITOR_INVOCATION_ID=r1 "$notify/ntfy" jod-check.service
check "a failed check is posted" 0
contains "with what that run said" 'POST /a-topic Jellyfin does not answer: 100% of its answers are "late".' "$(asked)"
same "the topic and the token are in no argument of curl" "" "$(calls curl | grep -e a-topic -e secret-token || true)"
contains "the unit and the machine are the title" "Title: jod-check.service has failed on $(uname -n)" "$(calls curl)"
journal ' INVOCATION_ID=r1 '
run env MONITOR_INVOCATION_ID=r1 "$notify/ntfy" jod-check.service
check "a run that could not say anything" 0
contains "is told in systemd's words" '"late"' "$(asked)"
journal ' --unit jod-check.service '
run "$notify/ntfy" jod-check.service
check "without a run, the unit's last words do" 0
journal nothing
: >"$work/asked"
run "$notify/ntfy" jod-check.service
check "where the journal has nothing, that is told" 0
contains "with where to look" 'journalctl -u jod-check.service' "$(asked)"
printf '%s\n' "url = \"$url/a-topic\"" >"$work/credentials/ntfy"
run "$notify/ntfy" jod-check.service
check "a topic that wants a token" 22 '403'
run "$notify/ntfy"
same "without a unit it does nothing" 64 "$status"

stub sendmail <<<"cat >$work/mail"
journal ' --unit jod-check.service '
run "$notify/mail" jod-check.service root
check "a failed check is mailed" 0
contains "to whom it is for" "To: root"$'\n'"Subject: jod-check.service has failed on $(uname -n)" "$(cat "$work/mail")"
contains "with the same words" $'\n\n''Jellyfin does not answer: 100% of its answers are "late".' "$(cat "$work/mail")"

if command -v systemd-analyze >/dev/null; then
  # The programs and the page need not be installed to judge the units.
  mkdir "$work/units"
  for unit in jod-check-{notify,mail}@.service; do
    sed 's|^ExecStart=.*|ExecStart=/bin/true|; /^Documentation=/d' "$notify/$unit" >"$work/units/$unit"
    same "systemd takes $unit" "" "$(systemd-analyze verify "$work/units/$unit" 2>&1 | grep jod-check- || true)"
  done
else
  skip "the units: systemd-analyze is not installed"
fi
