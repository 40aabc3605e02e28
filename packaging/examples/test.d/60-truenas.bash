# truenas-power, with stubs of TrueNAS' own midclt and zpool.
# shellcheck shell=bash disable=SC2154 # of run
truenas=$here/power/truenas-power
# middleware JOBS STATUS_WITH_A_REASON STATUS_WITHOUT
middleware() {
  stub midclt <<STUB
case "\$2 \$#" in
  'core.get_jobs 3') echo '$1' ;;
  'system.shutdown 3') [ $2 = 0 ] || { echo 'Traceback' >&2; echo 'ValidationErrors: [EINVAL] options: not a dict' >&2; }; exit $2 ;;
  'system.shutdown 2') exit $3 ;;
esac
STUB
}
stub zpool <<<'echo "  scan: scrub in progress since Mon"'

middleware '[]' 0 1
run "$truenas"
check "TrueNAS 25.04 and later" 0
same "is given a reason" 'call system.shutdown jod-check: nobody needs the storage' "$(calls midclt | tail -n 1)"
middleware '[{"id": 1, "method": "alert.process", "state": "RUNNING"}]' 1 0
run "$truenas"
check "TrueNAS 24.10 and earlier; a job that does not matter, and a scrub" 0
same "is asked without one" 'call system.shutdown' "$(calls midclt | tail -n 1)"
middleware '[{"id": 6, "method": "pool.scrub.scrub", "state": "RUNNING"}]' 0 1
run "$truenas"
check "a scrub, which is a job as well" 0
middleware '[{"id": 6, "method": "pool.scrub.scrub", "state": "RUNNING"}, {"id": 7, "method": "replication.run", "state": "RUNNING"}]' 0 0
run "$truenas"
check "a replication is under way" 75 'busy: TrueNAS runs replication.run'
same "nothing is asked of it" "" "$(calls midclt | grep shutdown || true)"
middleware '[]' 0 0
stub zpool <<<'echo "  scan: resilver in progress since Mon"'
run "$truenas"
check "a pool is resilvering" 75 'busy: a pool is resilvering'
stub zpool <<<'exit 1'
middleware '[]' 1 1
run "$truenas"
check "it does not take the shutdown" 1 'not a dict'
stub midclt <<<'exit 1'
run "$truenas"
check "no middleware" 1 'does not answer'
