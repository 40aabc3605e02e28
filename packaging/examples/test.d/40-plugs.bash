# tasmota-plug and home-assistant-switch, against stand-ins.
# shellcheck shell=bash disable=SC2154 # of run
plug=$here/power/tasmota-plug
serve tasmota

run "$plug" wake "$url"
check "a plug that is off is switched on" 0
contains "by one command" 'cmnd=Power1 ON' "$(asked)"
mood ''
run "$plug" wake "$url"
check "one that is on is left alone" 0
same "nothing is switched" "" "$(asked | grep -e ON -e OFF || true)"
mood watts=3.2
run "$plug" wake "$url" --standby 10
check "one whose load is in standby gives its power anew" 0
contains "off and on by one request" 'Backlog0 Power1 OFF; Delay 100; Power1 ON' "$(asked)"
mood watts=3 quiet
run "$plug" wake "$url" --standby 10
check "a version that says nothing to that" 0
mood watts=85
run "$plug" wake "$url" --standby 10
check "a storage server that is on is left alone" 0
same "its power is not cut" "" "$(asked | grep OFF || true)"
mood watts=10
run "$plug" wake "$url" --standby 10
same "nor at the limit" "" "$(asked | grep OFF || true)"
mood blind
run "$plug" wake "$url" --standby 10
check "a plug that measures nothing cuts no power" 1 'measures nothing'
mood power=OFF stuck
run "$plug" wake "$url"
check "a plug that does not switch" 1 'did not switch on'
for mood in old-password password; do
  mood $mood
  run "$plug" wake "$url"
  check "a plug with a password, and none is given ($mood)" 1 'asks for its web password'
  credential tasmota-password 'p"a\s s%&ü'
  run "$plug" wake "$url"
  check "the same with the password ($mood)" 0
  rm "$work/credentials/tasmota-password"
done
same "it is in no argument of curl" "" "$(calls curl | grep -F 's%&' || true)"
mood ''
run "$plug" wake "$url" --relay 4
check "a relay that is not there" 1 'does not know the command'
mood garbage
run "$plug" wake "$url"
check "a page of somebody else" 1 'not as Tasmota does'
mood hang
run "$plug" wake "$url"
check "no answer in time" 1 'does not answer in time'
run "$plug" off "$url"
same "it cannot switch off" 64 "$status"

assistant=$here/power/home-assistant-switch
serve home-assistant
credential home-assistant-token secret-token
run "$assistant" press "$url" button.nas
check "Home Assistant presses a button" 0
contains "of this entity" 'POST /api/services/button/press {"entity_id": "button.nas"}' "$(asked)"
same "the token is in no argument of curl" "" "$(calls curl | grep -F secret-token || true)"
run "$assistant" press "$url" button.other
check "an entity that is not there: the service alone would say yes" 1 'knows no button.other'
mood away
run "$assistant" press "$url" button.nas
check "an entity that cannot be reached" 1 'cannot reach'
same "is not switched" "" "$(asked | grep POST || true)"
mood refused
run "$assistant" press "$url" button.nas
check "a service that fails" 1 'in trouble (HTTP 500)'
mood garbage
run "$assistant" press "$url" button.nas
check "a page of somebody else" 1 'not as Home Assistant does'
mood hang
run "$assistant" press "$url" button.nas
check "no answer in time" 1 'does not answer in time'
mood ''
credential home-assistant-token wrong
run "$assistant" press "$url" button.nas
check "a wrong token" 1 'does not take the token'
run "$assistant" press "$url" light.nas
same "a light is no switch" 64 "$status"
