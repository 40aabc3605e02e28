# shellcheck shell=bash disable=SC2154
# How long it takes from a webhook to the packet. A figure for docs/latency.md, not a judgement: machines differ.

story latency 'fifty webhooks, and after each a packet'
story_latency() {
  household CHECK_INTERVAL=10min PACKET_COOLDOWN_TIME=1s
  storage_off
  inside A systemctl start jod-check.socket
  timer start
  await 30 "the first check" has_checked 1
  try inside A systemctl start jod-check
  try inside A systemctl start jod-check
  await 10 "B is known to be down" is_known storage.state down
  echo 1000 >"$work/card/misses"
  jellyfin browsing
  look
  posts 50 >"$story.posts"
  await 10 "the last packet" has_requests 50
  same "wake requests" 50 "$(requests | count)"
  figure "median $(paste <(cut -d' ' -f1 "$story.posts") <(requests | cut -d' ' -f1) |
    awk '{ printf "%.0f\n", ($2 - $1) * 1000 }' | sort -n | sed -n 25p) ms from the request to the packet on the wire"
  figure "median $(cut -d' ' -f2 "$story.posts" | sort -n | sed -n 25p) ms until the request was answered"
  rm -f "$work/card/misses"
  inside A systemctl stop jod-check.socket
  timer stop
}
# posts NUMBER: one after another, each when the cooldown and the run before are over; prints when each was sent, and how
# many milliseconds its answer took.
posts() {
  nsenter --net=/run/netns/A python3 - "$1" <<'END'
import http.client, sys, time
for _ in range(int(sys.argv[1])):
    sent = time.time()
    connection = http.client.HTTPConnection("127.0.0.1", 8097, timeout=20)
    connection.request("POST", "/check", body=b"{}")
    connection.getresponse().read()
    print(f"{sent:.6f} {(time.time() - sent) * 1000:.1f}", flush=True)
    time.sleep(1.5)
END
}
