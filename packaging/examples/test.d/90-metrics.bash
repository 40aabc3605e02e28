# What Grafana, Prometheus and Home Assistant are told to read is there: names of metrics and of fields.
# shellcheck shell=bash disable=SC2154 # of run
root=$here/../..
known=$(grep -ohE '"jod_check_[a-z_]+"' "$root/Sources/JodCore/Telling/Metrics.swift" | tr -d '"' | sort -u)
for file in docs/grafana-dashboard.json packaging/examples/prometheus/jod-check-alerts.yml; do
  used=$(grep -ohE 'jod_check_[a-z_]+' "$root/$file" | sed 's/_\(bucket\|sum\|count\)$//' | sort -u)
  contains "$file reads something" jod_check_storage_on "$used"
  same "$file reads no metric that is not there" "" "$(comm -23 <(echo "$used") <(echo "$known"))"
done
same "the dashboard is JSON" object "$(jq -r type "$root/docs/grafana-dashboard.json")"
fields=$(grep -oE 'value_json(\.[a-z_]+)+' "$here/home-assistant/jod-check.yaml" | sed 's/value_json\.//' | sort -u)
contains "Home Assistant reads something" storage.state "$fields"
same "Home Assistant reads no field that is not there" "" "$(comm -23 <(echo "$fields") \
  <(sed -n '/^## .*status/,/^## .*report/p' "$root/docs/status.md" | grep -oP '^\| `\K[a-z._]+' | sort -u))"
