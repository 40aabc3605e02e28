# shellcheck shell=bash
# What can be seen of the household: the journal, Jellyfin's requests, the wire, and what jod-check says itself.

# Everything below counts from here.
packets_before=0 checks_before=0 looked=$EPOCHREALTIME
look() {
  packets_before=$(wc -l <"$work/packets")
  checks_before=$(all_checks)
  looked=$EPOCHREALTIME
}

# Not by a cursor: with a match beside it, journalctl of systemd 252 passes over the first entry that matches.
journal() { inside A journalctl --quiet --no-pager --since="@$looked" "$@"; }
# messages [MATCH…]: the words of what jod-check and its unit said.
messages() { journal --output=cat --unit=jod-check "$@"; }
# entries [EVENT]: how many there are.
entries() { journal --output=json --unit=jod-check ${1+"JOD_EVENT=$1"} | count; }
has_entry() { [ "$(entries "$1")" != 0 ]; }
count() { grep -c '' || true; }
# Everything that any unit has said about jod-check, whose name systemd writes as jod\x2dcheck where that is part of another.
mentions() {
  local all
  all=$(journal --output=short) || echo "journalctl failed"
  grep -E 'jod.{1,4}check' <<<"$all" || true
}

all_checks() { grep -c ' GET /Sessions$' "$work/jellyfin/requests" || true; }
checks() { echo $(($(all_checks) - checks_before)); }
has_checked() { [ "$(checks)" -ge "$1" ]; }
# Waits for so many checks from now on.
more_checks() {
  local target=$(($(checks) + $1)) interval=$2
  await $((5 * $1 * interval + 20)) "$1 more checks" has_checked "$target"
}

# The packets on the wire, as tshark reads them.
packets() {
  kill -0 "$(cat "$work/tshark.pid")" || echo "tshark is gone"
  tail -n "+$((packets_before + 1))" "$work/packets"
}
# A line for each wake request: when its first copy came, and how many came.
requests() {
  packets | awk '
    { if (copies && $1 - last < 1) { copies++ } else { if (copies) print first, copies; first = $1; copies = 1 }; last = $1 }
    END { if (copies) print first, copies }'
}
has_requests() { [ "$(requests | count)" -ge "$1" ]; }

# known PATH: of `jod-check status --json`, as any user may ask, such as storage.state.
known() {
  inside A setpriv --reuid=nobody --regid=nogroup --clear-groups jod-check status --json >"$work/status.json"
  learned "$1"
}
# learned PATH: of what was known last.
learned() {
  python3 - "$work/status.json" "$1" <<'END'
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))
for name in sys.argv[2].split("."):
    value = value[int(name)] if name.isdigit() else value[name]
print(value if isinstance(value, str) else json.dumps(value))
END
}
is_known() { [ "$(known "$1")" = "$2" ]; }

household_in_a_line() {
  echo "B $(is_on B && echo on || echo off), $(checks) checks, requests: $(requests | count)"
  inside A jod-check status
  messages
}

# keep_evidence FILE
keep_evidence() {
  set +e
  {
    echo "--- jod-check status" && inside A jod-check status
    echo "--- A's journal" && journal --output=short-precise
    echo "--- B's journal" && inside B journalctl --quiet --no-pager --lines=100
    echo "--- packets" && packets
    echo "--- B's card" && cat "$work/card/heard"
    echo "--- Jellyfin's requests" && tail -n 60 "$work/jellyfin/requests"
  } >"$1" 2>&1
}
