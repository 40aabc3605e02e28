# synology-power, against a stand-in of DSM's web API.
# shellcheck shell=bash disable=SC2154 # of run
synology=$here/power/synology-power
serve dsm
password='p"a\s s%&ü'
credential jod-check_synology-password "$password"

run "$synology" shutdown "$url" jod
check "a Synology NAS that takes the shutdown" 0
contains "it is the call that DSM's own page makes" 'api=SYNO.Core.System&version=1&method=shutdown' "$(asked)"
same "no password and no session is in an argument of curl" "" "$(calls curl | grep -F -e "$password" -e 's"1' || true)"

mood shutdown-117
run "$synology" shutdown "$url" jod
check "it says that it is busy, with HTTP 200" 75 'busy (117)'
contains "it keeps no session then" 'method=logout' "$(asked)"
mood shutdown-105
run "$synology" shutdown "$url" jod
check "a user who is no administrator, with HTTP 200" 1 'only an administrator may'
mood shutdown-100
run "$synology" shutdown "$url" jod
check "any other refusal, with HTTP 200" 1 'the NAS refuses the shutdown (100)'
mood login-407
run "$synology" shutdown "$url" jod
check "an address that DSM has blocked" 1 'blocked'
mood login-403
run "$synology" shutdown "$url" jod
check "a user with a second factor" 1 'second factor'
mood garbage
run "$synology" shutdown "$url" jod
check "a page of somebody else" 1 'not as DSM does'
mood gone
run "$synology" shutdown "$url" jod
check "a connection that ends with the shutdown is a yes: the probes tell the rest" 0
mood hang
run "$synology" shutdown "$url" jod
check "no answer in time" 1 'does not answer in time'
mood ''
run "$synology" shutdown "$url" someone
check "an unknown user" 1 'another password (400)'
credential jod-check_synology-password wrong
run "$synology" shutdown "$url" jod
check "a wrong password" 1 'another password (400)'

run "$synology" shutdown http://127.0.0.1:1 jod
check "nobody listens" 1 'refuses the connection'
run "$synology" shutdown "http://nas.invalid" jod
check "a name that does not resolve" 1 'cannot be resolved'
run "$synology" shutdown "$url" jod /nonexistent
check "no secret" 1 'no secret /nonexistent'
: >"$work/credentials/empty"
run "$synology" shutdown "$url" jod empty
check "an empty secret" 1 'is empty'
printf '%s\r' "$password" >"$work/credentials/dos"
run "$synology" shutdown "$url" jod dos
check "a secret whose line has no end, or one of Windows" 0
run "$synology" shutdown "http://user:password@nas" jod
check "a password in an address" 1 'no address'
run "$synology" reboot "$url" jod
same "any other action" 64 "$status"
contains "tells how it is used" 'synology-power [--pin' "$output"

# By https, with a certificate of its own.
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=synology -days 2 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat "$work/key.pem" "$work/cert.pem" >"$work/both.pem"
pinned=sha256//$(openssl x509 -in "$work/cert.pem" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
  base64)
serve dsm "$work/both.pem"
url=${url/http:/https:}
credential synology-password "$password"
run "$synology" shutdown "$url" jod
check "a certificate that nobody has signed" 1 'not trusted'
same "the password is not sent there" "" "$(asked)"
run "$synology" --pin "$pinned" shutdown "$url" jod
check "the same with its key" 0
run "$synology" --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= shutdown "$url" jod
check "another key" 1 'another key'
