# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# A Jellyfin behind https, with a certificate of the household's own authority.

story https 'Jellyfin behind https: refused with the remedy, and trusted once the remedy is taken'
story_https() {
  make_certificate
  household JELLYFIN_API_URL=https://jellyfin.lan:8920
  jellyfin start-tls
  look
  try inside A systemctl start jod-check
  same "a check fails" 1 "$status"
  await 10 "an entry" has_entry jellyfin-unreachable
  contains "the journal names the remedy" update-ca-certificates "$(messages)"
  same "nobody has got the key" 0 "$(checks)"
  cp "$work/authority/certificate.pem" "$work/A/root/usr/local/share/ca-certificates/household.crt"
  inside A update-ca-certificates
  try inside A systemctl start jod-check
  same "with the authority trusted it succeeds" 0 "$status"
  same "Jellyfin was asked" 1 "$(checks)"

  household JELLYFIN_API_URL=https://jellyfin.lan:8920
  storage_off
  timer start
  await 30 "B is known to be down" is_known storage.state down
  look
  jellyfin browsing
  await 30 "a wake request" has_requests 1
  timer stop

  contains "https loads OpenSSL" libssl.so.3 "$(loaded)"
  configure "${household_settings[@]}" JELLYFIN_API_URL=https://localhost:8920
  try inside A jod-check --dry-run
  contains "another name is refused, and the certificate's are told" jellyfin.lan "$output"
  configure "${household_settings[@]}"
  lacks "plain http does not" libssl "$(loaded)"
  lacks "or what it brings" libcrypto "$(loaded)"
  jellyfin stop-tls
  rm "$work/A/root/usr/local/share/ca-certificates/household.crt"
  inside A update-ca-certificates --fresh
}
# The libraries of a check, by the dynamic linker's own word (ld.so(8)).
loaded() { inside A env LD_DEBUG=files jod-check --dry-run 2>&1 | grep -o 'calling init: .*'; }

# An authority, and a certificate of it for A's name and address.
make_certificate() {
  local folder=$work/authority
  mkdir -p "$folder"
  printf '[req]\ndistinguished_name=name\n[name]\n' >"$folder/config"
  local -a new=(openssl req -config "$folder/config" -x509 -newkey rsa:2048 -nodes -days 2)
  "${new[@]}" -subj '/CN=Household' -addext basicConstraints=critical,CA:TRUE -keyout "$folder/key.pem" \
    -out "$folder/certificate.pem"
  "${new[@]}" -subj '/CN=Jellyfin' -addext "subjectAltName=DNS:jellyfin.lan,IP:$address_a" \
    -CA "$folder/certificate.pem" -CAkey "$folder/key.pem" -keyout "$folder/jellyfin-key.pem" -out "$folder/jellyfin.pem"
  cat "$folder/jellyfin.pem" "$folder/jellyfin-key.pem" >"$work/jellyfin/certificate.pem"
}
