# fritzbox-wake, against a stand-in of a FRITZ!Box's TR-064 with digest authentication.
# shellcheck shell=bash disable=SC2154 # of run
fritzbox=$here/power/fritzbox-wake
serve fritz
credential fritzbox-password 'p"a\s s%&ü'

run "$fritzbox" "$url" jod 00-11-32-aa-bb-cc
check "a FRITZ!Box sends the packet" 0
same "the password is in no argument of curl" "" "$(calls curl | grep -F 's%&' || true)"
same "and does not cross the network" "" "$(asked | grep -F 's%&' || true)"
run "$fritzbox" "$url" jod 00:11:32:aa:bb:dd
check "a device that it has never seen" 1 'knows no such device'
mood fault-606
run "$fritzbox" "$url" jod 00:11:32:aa:bb:cc
check "a user without the right" 1 'lacks the right'
mood fault-820
run "$fritzbox" "$url" jod 00:11:32:aa:bb:cc
check "any other fault" 1 'refuses (820)'
mood garbage
run "$fritzbox" "$url" jod 00:11:32:aa:bb:cc
check "a page of somebody else" 1 'not as a FRITZ!Box does'
mood hang
run "$fritzbox" "$url" jod 00:11:32:aa:bb:cc
check "no answer in time" 1 'does not answer in time'
mood ''
run "$fritzbox" "$url" someone 00:11:32:aa:bb:cc
check "an unknown user" 1 'does not take the user'
run "$fritzbox" "$url" jod 00:11:32:aa:bb
check "half a MAC address" 1 'no MAC address'
