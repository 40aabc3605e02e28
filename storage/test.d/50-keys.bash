# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # shared with storage/test, which sources this
# --- Keys ---------------------------------------------------------------------------------------------------------------

keys=/var/lib/jod-check-storage/.ssh/authorized_keys
if ! command -v ssh-keygen >/dev/null; then
  skip "authorize and revoke: ssh-keygen is missing (apt-get install openssh-client)"
  skip "the forced command: ssh is missing"
  finish
fi
authorize() {
  status=0
  output=$(jod-check-storage authorize 2>&1 <"$1") || status=$?
}
for name in one two; do
  ssh-keygen -q -t ed25519 -N '' -C "jod-check@$name" -f "$work/$name"
done

userdel jod-check 2>/dev/null || true
authorize "$work/one.pub"
check "authorize: without the user says what to run" 1 "systemd-sysusers jod-check-storage.conf"
systemd-sysusers jod-check-storage.conf 2>/dev/null
same "the user has its home and a shell that sshd can use" "/var/lib/jod-check-storage:/bin/sh" \
  "$(getent passwd jod-check | cut -d: -f6,7)"

line_one='restrict,command="/usr/lib/jod-check-storage/forced-command" '$(cat "$work/one.pub")
authorize "$work/one.pub"
check "authorize: a key" 0 "Authorised: 256 SHA256:"
same "authorize: the line ties the key to the forced command" "$line_one" "$(cat "$keys")"
same "authorize: root owns file and folders, others can only read" \
  "root:root 755 root:root 755 root:root 644" \
  "$(stat -c '%U:%G %a' /var/lib/jod-check-storage /var/lib/jod-check-storage/.ssh "$keys" | tr '\n' ' ' | sed 's/ $//')"
contains "authorize: the user has no password" '*' "$(getent shadow jod-check | cut -d: -f2)"
chmod 666 "$keys"
authorize "$work/one.pub"
check "authorize: the same key again" 0 "Was authorised already"
same "authorize: adds no second line, and mends the mode" "644 $line_one" "$(stat -c %a "$keys") $(cat "$keys")"
printf '# by hand\nssh-ed25519 AAAAC3Nz other' >>"$keys"
authorize "$work/two.pub"
same "authorize: leaves all other lines alone" \
  "$line_one"$'\n# by hand\nssh-ed25519 AAAAC3Nz other\nrestrict,command="/usr/lib/jod-check-storage/forced-command" '"$(cat "$work/two.pub")" \
  "$(cat "$keys")"
run jod-check-storage status
contains "status: warns of a key that authorize did not write" "1 more that authorize did not write" "$output"

before=$(cat "$keys")
refuse() {
  printf '%b' "$2" >"$work/input"
  authorize "$work/input"
  check "authorize: refuses $1" 1 "$3"
}
blob=$(cut -d' ' -f2 "$work/one.pub")
refuse "nothing" '' "no key on standard input"
refuse "an empty line" '\n' "that is no public key"
refuse "a private key" "$(sed 's/$/\\n/' "$work/one" | tr -d '\n')" "that is a private key"
refuse "two keys" "$(cat "$work/one.pub")\n$(cat "$work/two.pub")\n" "more than one line"
refuse "options before a key" "command=\"/bin/sh\" ssh-ed25519 $blob\n" "that is no public key"
refuse "an unknown type" "ssh-dss $blob\n" "that is no public key"
refuse "a damaged key" "ssh-ed25519 ${blob:0:30}\n" "the key is damaged"
refuse "quotes in the key" "ssh-ed25519 \"$blob\n" "the key is damaged"
refuse "a type that does not match the key" "ssh-rsa $blob\n" "the key is damaged"
same "authorize: what is refused changes nothing" "$before" "$(cat "$keys")"

run jod-check-storage revoke nobody@nowhere
check "revoke: an unknown key is an error" 1 "no authorised key"
run jod-check-storage revoke 256
check "revoke: a key's length names no key" 1 "no authorised key"
run jod-check-storage revoke jod-check@one
check "revoke: one key by its comment" 0 "Revoked: 256 SHA256:"
authorize "$work/one.pub"
run jod-check-storage revoke "$(ssh-keygen -l -f "$work/two.pub" | cut -d' ' -f2)"
check "revoke: one key by its fingerprint" 0 "jod-check@two"
authorize "$work/two.pub"
run jod-check-storage revoke
check "revoke: all keys" 0 "Revoked:"
same "revoke: leaves all other lines alone" $'# by hand\nssh-ed25519 AAAAC3Nz other' "$(cat "$keys")"
run jod-check-storage revoke
check "revoke: nothing left" 0 "No key was authorised"
rm "$keys"
