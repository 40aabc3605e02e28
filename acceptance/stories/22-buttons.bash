# shellcheck shell=bash
# shellcheck disable=SC2154,SC2016 # what the helpers set; and what other shells expand
# The buttons of the page, pressed as a program does it: what the service does in its sandbox, as its own user.

story buttons 'the buttons of the page wake B, keep it on and power it off, and refuse whoever has no token'
story_buttons() {
  household_by_webhook HTTP_TOKEN=open-sesame COOLDOWN_TIME=1h
  look
  same "without the token, 401" 401 "$(press wake '')"
  same "with a wrong one, 401" 401 "$(press wake close-sesame)"
  same "nothing was sent" 0 "$(requests | count)"
  same "with it, 200" 200 "$(press wake)"
  contains "and a sentence" 'was asked to start' "$(said)"
  await 20 "one wake request" has_requests 1
  await "$time_limit" "B boots" has_booted B
  await "$time_limit" "B's storage service is there" answers 2049
  await "$time_limit" "a check sees it ready" sees ready
  same "once more, 200" 200 "$(press wake)"
  contains "it is on already" 'The storage is on' "$(said)"
  same "one wake request in all" 1 "$(requests | count)"
  same "a browser is sent back to the page" 303 "$(press wake open-sesame -H 'Accept: text/html')"
  same "what is no time is refused" 400 "$(press hold open-sesame -d for=ever)"
  same "kept on" 200 "$(press hold open-sesame -d for=3h)"
  same "power off is refused by a rule" 409 "$(press sleep)"
  contains "which is named" 'a hold keeps it on' "$(said)"
  same "let go" 200 "$(press release)"
  same "once" 409 "$(press release)"
  same "B is on, and was not asked" "on 0" "$(is_on B && echo on) $(entries poweroff-requested)"
  same "power off" 200 "$(press sleep)"
  contains "has begun" 'is going off' "$(said)"
  await "$time_limit" "B is off" storage_is_off
  await 20 "which the journal has" has_entry poweroff-requested
  same "nothing failed" 0 "$(entries poweroff-failed)"
  inside A systemctl stop jod-check.socket
  timer stop
}
# press BUTTON [TOKEN [OPTION…]]: the status of the answer; its body is what is said.
press() {
  local button=$1 token=${2-open-sesame}
  shift $(($# < 2 ? $# : 2))
  nsenter --net=/run/netns/A curl --silent --max-time 20 --output "$work/said" --write-out '%{http_code}' \
    --request POST --header "Authorization: Bearer $token" "$@" "http://127.0.0.1:8097/$button" || true
}
said() { cat "$work/said"; }
sees() { [ "$(press check)" = 202 ] && is_known storage.state "$1"; }
