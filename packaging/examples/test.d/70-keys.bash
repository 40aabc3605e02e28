# The lines for authorized_keys in docs/storage-servers.md: each does one thing, in each shell that may run it. What it would
# run is a stub, and nothing is run of which that is not certain.
# shellcheck shell=bash disable=SC2154 # of run
page=$here/../../docs/storage-servers.md
stub poweroff </dev/null
stub sudo </dev/null
lines=$(sed -n 's/^ *restrict,command="\(\[ .*\)" ssh-ed25519 .*/\1/p' "$page" | sed 's/\\"/"/g' | grep -v 'exec POWER OFF')
same "the page has one for DSM, TrueNAS, Unraid and FreeBSD" 4 "$(grep -c . <<<"$lines")"
while IFS= read -r line; do
  safe=$(sed -E "s#exec (sudo -n )?/[a-z/.-]+( -p now)?;#exec $work/bin/poweroff;#" <<<"$line")
  for shell in dash bash "busybox sh"; do
    [[ $safe == *"exec $work/bin/poweroff;"* && $safe != *sbin* && $safe != *sudo* ]] || {
      tell "the line is as expected: $line" "it is $safe"
      break
    }
    command -v "${shell%% *}" >/dev/null || continue
    # sshd runs it by the user's shell, with what was asked for in a variable.
    # shellcheck disable=SC2086 # two words
    ask_for() { run env SSH_ORIGINAL_COMMAND="$1" $shell -c "$safe"; }
    : >"$work/calls/poweroff"
    ask_for poweroff
    same "it powers off when asked to ($shell)" "0: 1" "$status:$output $(wc -l <"$work/calls/poweroff")"
    : >"$work/calls/poweroff"
    # shellcheck disable=SC2016 # as words
    for words in status '' 'poweroff; id' 'poweroff poweroff' '$(id)' '" = "" -o "'; do
      ask_for "$words"
      same "and nothing else when asked for $words ($shell)" "64:only poweroff 0" "$status:$output $(wc -l <"$work/calls/poweroff")"
    done
  done
done <<<"$lines"
