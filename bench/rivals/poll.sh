#!/bin/sh
# What somebody would write in an evening: asks Jellyfin who is active, and wakes the storage server for them.
# poll.sh URL KEY MAC
active=$(curl -s -H "Authorization: MediaBrowser Token=\"$2\"" "$1/Sessions" "$1/Devices" | jq -s '
  def age: if . == null then infinite else now - (sub("\\.[0-9]+"; "") | fromdate) end;
  [(.[0][] | select(.UserName != null and (.NowPlayingItem != null or (.LastActivityDate | age) < 300))),
   (.[1].Items[] | select((.DateLastActivity | age) < 300))] | length')
[ -n "$active" ] || exit 1
if [ "$active" -gt 0 ]; then wakeonlan "$3"; fi
