# shellcheck shell=bash
# Stories, and what is told of them.
#
# A story NAME is a function story_NAME in stories/, run in a shell of its own; it passes when it comes to its end.

story_names=()
declare -A story_words=()
chosen=()
passed=0 failed=0 not_run=0 skipped=0

# story NAME SENTENCE: declares a story.
story() {
  story_names+=("$1")
  story_words[$1]=$2
}

for file in "$here"/stories/*.bash; do
  # shellcheck source=/dev/null
  source "$file"
done

list_stories() {
  local name
  for name in "${story_names[@]}"; do printf '%-16s %s\n' "$name" "${story_words[$name]}"; done
}

choose_story() {
  if [ -z "${story_words[$1]-}" ]; then
    echo "acceptance: there is no story $1 (--list has them)" >&2
    return 1
  fi
  chosen+=("$1")
}

# --- Within a story -----------------------------------------------------------------------------------------------------

# note WORDS: into the story's log.
note() { printf '%(%T)T %s\n' -1 "$*"; }

# figure WORDS: a figure that was seen, told beside the story.
figure() {
  note "figure: $*"
  printf '%s\n' "$*" >>"$story.figures"
}

# fail EXPECTED [SEEN]: ends the story.
fail() {
  note "FAILED: expected $1${2+; seen: $2}"
  printf 'expected: %s\n' "$1" >"$story.failure"
  [ $# = 1 ] || printf 'seen:     %s\n' "${2//$'\n'/$'\n          '}" >>"$story.failure"
  exit 1
}

# skip REASON: ends the story, which counts nothing.
skip() {
  printf '%s\n' "$1" >"$story.skipped"
  exit "$is_skipped"
}

# same WHAT EXPECTED SEEN
same() {
  [ "$2" = "$3" ] || fail "$1: $2" "$3"
  note "ok: $1: $2"
}

# contains WHAT PART TEXT
contains() {
  [[ $3 == *"$2"* ]] || fail "$1: ${2@Q}" "$3"
  note "ok: $1: ${2@Q}"
}

# lacks WHAT PART TEXT
lacks() {
  [[ $3 != *"$2"* ]] || fail "$1: no ${2@Q}" "$3"
  note "ok: $1: no ${2@Q}"
}

# between WHAT LEAST MOST SEEN: numbers, decimal fractions included.
between() {
  awk -v least="$2" -v most="$3" -v seen="$4" 'BEGIN { exit !(seen != "" && seen >= least && seen <= most) }' ||
    fail "$1: from $2 to $3" "$4"
  note "ok: $1: $4 (from $2 to $3)"
}

# Output and exit status of the command that `try` ran last.
output='' status=0
try() { try_with '' "$@"; }
# try_with INPUT COMMAND…
try_with() {
  local input=$1
  shift
  status=0
  output=$(printf '%s' "${input:+$input$'\n'}" | "$@" 2>&1) || status=$?
  note "ran ($status): $*"
  printf '%s\n' "$output" | sed 's/^/    /'
}

# await SECONDS WHAT COMMAND…: looks until the command succeeds.
await() {
  local seconds=$1 what=$2 began=$EPOCHREALTIME
  shift 2
  until "$@" >/dev/null 2>&1; do
    awk -v began="$began" -v now="$EPOCHREALTIME" -v seconds="$seconds" 'BEGIN { exit !(now - began < seconds) }' ||
      fail "$what, within $seconds s" "$(await_evidence)"
    sleep 0.1
  done
  waited=$(awk -v began="$began" -v now="$EPOCHREALTIME" 'BEGIN { printf "%.1f", now - began }')
  note "ok after $waited s: $what"
}
waited=0

# What is worth seeing when something did not come.
await_evidence() { household_in_a_line 2>&1 || true; }

# --- All stories --------------------------------------------------------------------------------------------------------

# run_stories RELEASE: of Server A.
run_stories() {
  local release=$1 names=("${chosen[@]+"${chosen[@]}"}") name
  [ ${#names[@]} != 0 ] || names=("${story_names[@]}")
  open_household "$release"
  for name in "${names[@]}"; do
    run_story "$release" "$name"
  done
  close_household
}

run_story() {
  local release=$1 name=$2 status=0 began=$SECONDS log
  story=$logs/$name
  log=$story.log
  rm -f "$story".*
  # A shell's errors end it only where nobody asks for its status.
  set +e
  (
    set -e
    trap 'case $? in 0 | "$is_skipped") ;; *) keep_evidence "$story.evidence" ;; esac' EXIT
    "story_$name"
  ) >"$log" 2>&1 </dev/null
  status=$?
  set -e
  local figures=''
  [ ! -s "$story.figures" ] || figures=" [$(paste -sd ';' "$story.figures" | sed 's/;/; /g')]"
  local line="$release $name: ${story_words[$name]} ($((SECONDS - began)) s)$figures"
  case $status in
    0) passed=$((passed + 1)) && echo "ok      $line" ;;
    "$is_skipped") skipped=$((skipped + 1)) && echo "skipped $line: $(cat "$story.skipped")" ;;
    "$is_not_run") not_run=$((not_run + 1)) && echo "NOT RUN $line: $(cat "$work/broken")" ;;
    *)
      failed=$((failed + 1))
      echo "FAILED  $line"
      [ -s "$story.failure" ] || printf 'a command failed: %s\n' "$(tail -n 1 "$log")" >"$story.failure"
      sed 's/^/        /' "$story.failure"
      echo "        see $log and $story.evidence"
      ;;
  esac
}

# Prints the sum, and ends with its status. What did not run has not passed.
tell_sum() {
  echo "${releases[0]}: $((passed + failed + not_run)) stories: $passed passed, $failed failed, $not_run not run ($skipped skipped)"
  [ "$((failed + not_run))" = 0 ] || exit 1
  [ "$passed" != 0 ] || exit 77
  exit 0
}
