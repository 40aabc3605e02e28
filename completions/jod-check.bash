# shellcheck shell=bash
# What bash completes for jod-check(8). The program's own table is the same, and a test compares them.

_jod_check() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} first=${COMP_WORDS[1]-}
  local commands='check setup status report page wake sleep hold release pair doctor access' offered

  COMPREPLY=()
  # What an option's value is, nobody can guess.
  case $before in
    --days | --until | = | --jellyfin | --key-file | --storage | --mac | --mount | \
      --power-off | --watts | --price | --log-directory | --scan-interval) return ;;
  esac
  [[ $word == '=' ]] && return
  ((COMP_CWORD == 1)) && first=
  case $first in
    '') offered="$commands help --dry-run --json" ;;
    check | -*) offered='--dry-run --json' ;;
    setup)
      offered='--jellyfin --key-file --storage --mac --mount --no-mounts --power-off --no-power-off --watts'
      offered+=' --price --page --no-page --log-directory --no-log-directory --webhook --no-webhook'
      offered+=' --monitoring-off --monitoring-as-is --scans-as-is --scan-interval --rehearse --yes --dry-run'
      ;;
    status | doctor) offered='--json' ;;
    report) offered='--days --json' ;;
    wake) offered='--wait --no-wait' ;;
    sleep) offered='--force' ;;
    hold) offered='--until' ;;
    release | access | page) offered= ;;
    pair) offered='--yes' ;;
    help) offered=$commands ;;
    *) return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$offered --version -h --help" -- "$word")
}

complete -F _jod_check jod-check
