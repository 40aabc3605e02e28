# shellcheck shell=bash
# Jellyfin's stand-in, and what it says.

jellyfin() {
  local folder=$work/jellyfin
  case $1 in
    start)
      if ! kill -0 "$(cat "$folder/pid" 2>/dev/null)" 2>/dev/null; then
        nsenter --net=/run/netns/A "$here/jellyfin.py" "$folder" 8096 >>"$logs/jellyfin.log" 2>&1 </dev/null &
        echo $! >"$folder/pid"
        disown
      fi
      await 30 "Jellyfin listens" nsenter --net=/run/netns/A bash -c 'exec 3<>/dev/tcp/127.0.0.1/8096'
      ;;
    start-tls)
      # Beside the other, with the certificate in its folder.
      nsenter --net=/run/netns/A "$here/jellyfin.py" "$folder" 8920 "$folder/certificate.pem" >>"$logs/jellyfin.log" 2>&1 </dev/null &
      echo $! >"$folder/tls.pid"
      disown
      await 30 "Jellyfin listens for TLS" nsenter --net=/run/netns/A bash -c 'exec 3<>/dev/tcp/127.0.0.1/8920'
      ;;
    stop-tls)
      end_process "$folder/tls.pid"
      ;;
    stop)
      end_process "$folder/pid"
      ;;
    nobody)
      says Sessions '[]'
      says Devices '{"Items":[],"TotalRecordCount":0,"StartIndex":0}'
      says LiveTv_Timers '{"Items":[],"TotalRecordCount":0,"StartIndex":0}'
      says ScheduledTasks '[{"Name":"Scan Media Library","State":"Idle","Key":"RefreshLibrary","Triggers":[]}]'
      says Library_VirtualFolders '[{"Name":"Films","Locations":["/media/films"],"RefreshStatus":"Idle"}]'
      ;;
    browsing)
      # Opening an app is seen in the list of devices first.
      says Devices '{"Items":[{"Name":"Living room","Id":"tv-1","LastUserName":"Anna",
        "LastUserId":"89b2ae71b4514311bb24ea1c4ca0461d","AppName":"Jellyfin Android TV","AppVersion":"0.18.0",
        "DateLastActivity":"@AGO:1@"}],"TotalRecordCount":1,"StartIndex":0}'
      ;;
    browsing-on-screen)
      # In an app that shows messages.
      says Sessions '[{"Id":"living-room","UserId":"89b2ae71b4514311bb24ea1c4ca0461d","UserName":"Anna",
        "DeviceId":"tv-1","DeviceName":"Living room","Client":"Jellyfin Android TV","LastActivityDate":"@AGO:1@",
        "SupportedCommands":["DisplayMessage"],"PlayState":{"IsPaused":false}}]'
      ;;
    scanning)
      says ScheduledTasks '[{"Name":"Scan Media Library","State":"Running","CurrentProgressPercentage":41.5,
        "Key":"RefreshLibrary","Triggers":[]}]'
      ;;
  esac
}

# says NAME JSON: what the path answers from now on.
says() {
  printf '%s' "$2" >"$work/jellyfin/$1.json.new"
  mv "$work/jellyfin/$1.json.new" "$work/jellyfin/$1.json"
}
