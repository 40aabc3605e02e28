# shellcheck shell=bash disable=SC2154
# How long it takes from a webhook to the packet. A figure for docs/latency.md, not a judgement: machines differ.

story latency 'fifty webhooks, and after each a packet'
story_latency() {
  household_by_webhook PACKET_COOLDOWN_TIME=1s
  echo 1000 >"$work/card/misses"
  inside A sh -c 'mkdir -p /root/down && cp -p /var/lib/jod-check/state.json /run/jod-check/runtime.json /root/down/'
  jellyfin browsing
  look
  local number
  for ((number = 0; number < 50; number++)); do
    # The run before is over, and each request is the first of a wake: of later ones B's answer is awaited, who may be up.
    sleep 1.3
    inside A sh -c 'cd /root/down && cp -p state.json /var/lib/jod-check/ && cp -p runtime.json /run/jod-check/'
    post
  done >"$story.posts"
  await 10 "the last packet" has_packets 150
  same "wake requests" 50 "$(requests | count)"
  figure "median $(paste <(cut -d' ' -f1 "$story.posts") <(requests | cut -d' ' -f1) |
    awk '{ printf "%.0f\n", ($2 - $1) * 1000 }' | sort -n | sed -n 25p) ms from the request to the packet on the wire"
  figure "median $(cut -d' ' -f2 "$story.posts" | sort -n | sed -n 25p) ms until the request was answered"
  rm -f "$work/card/misses"
  inside A systemctl stop jod-check.socket
  timer stop
}
has_packets() { [ "$(packets | count)" -ge "$1" ]; }
# Prints when the request was sent, and how many milliseconds its answer took.
post() {
  nsenter --net=/run/netns/A python3 - <<'END'
import http.client, time
sent = time.time()
connection = http.client.HTTPConnection("127.0.0.1", 8097, timeout=20)
connection.request("POST", "/check", body=b"{}")
connection.getresponse().read()
print(f"{sent:.6f} {(time.time() - sent) * 1000:.1f}", flush=True)
END
}
