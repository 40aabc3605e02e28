# shellcheck shell=bash
# What bash completes for jod-check(8). The program's own table is the same, and a test compares them.

_jod_check() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} first=${COMP_WORDS[1]-}
  local commands='check status report wake sleep hold release pair doctor access' offered

  COMPREPLY=()
  # What an option's value is, nobody can guess.
  [[ $before == --days || $before == --until || $before == '=' || $word == '=' ]] && return
  ((COMP_CWORD == 1)) && first=
  case $first in
    '') offered="$commands help --dry-run --json" ;;
    check | -*) offered='--dry-run --json' ;;
    status) offered='--json --verbose' ;;
    doctor) offered='--json' ;;
    report) offered='--days --json' ;;
    wake) offered='--wait --no-wait' ;;
    sleep) offered='--force' ;;
    hold) offered='--until' ;;
    release | access) offered= ;;
    pair) offered='--yes' ;;
    help) offered=$commands ;;
    *) return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered --version -h --help" -- "$word")
}

complete -F _jod_check jod-check
