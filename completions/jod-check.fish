# What fish completes for jod-check(8). The program's own table is the same, and a test compares them.

# Whether this is the command on the line; without one, check is.
function __jod_check_in -a command
    set -l words (commandline -opc)
    set -l first check
    set -q words[2]; and not string match -q -- '-*' $words[2]; and set first $words[2]
    test "$first" = $command
end

function __jod_check_first
    test (count (commandline -opc)) -eq 1
end

complete -c jod-check -f
complete -c jod-check -l version -d 'Show the version.'
complete -c jod-check -s h -l help -d 'Show help information.'

complete -c jod-check -n __jod_check_first -a check -d 'Make one check.'
complete -c jod-check -n __jod_check_first -a setup -d 'Find out, ask, show and write all that a household needs.'
complete -c jod-check -n __jod_check_first -a status -d 'Show what is known, what happens next, and why.'
complete -c jod-check -n __jod_check_first -a report -d 'Show when the storage server was on, who woke it, and what that saved.'
complete -c jod-check -n __jod_check_first -a page -d 'Show the link of the page, and its QR code.'
complete -c jod-check -n __jod_check_first -a wake -d 'Wake the storage server now, and wait until it is ready.'
complete -c jod-check -n __jod_check_first -a sleep -d 'Power the storage server off now, if nobody needs it.'
complete -c jod-check -n __jod_check_first -a hold -d 'Keep the storage server from being powered off, for a while or until a time of day.'
complete -c jod-check -n __jod_check_first -a release -d 'Take a hold back.'
complete -c jod-check -n __jod_check_first -a pair -d 'Prepare this machine to power the storage server off over ssh.'
complete -c jod-check -n __jod_check_first -a doctor -d 'Look at everything that may be wrong, and say what to do about it.'
complete -c jod-check -n __jod_check_first -a access -d 'Wake the storage server for an opened file, and wait for it.'
complete -c jod-check -n __jod_check_first -a help -d 'Show help information.'
complete -c jod-check -n '__jod_check_in help' -a 'check setup status report page wake sleep hold release pair doctor access'

complete -c jod-check -n '__jod_check_in check' -l dry-run -d 'Say what a check would do now, without doing or recording it.'
complete -c jod-check -n '__jod_check_in check' -l json -d 'Print one JSON document instead of sentences.'
complete -c jod-check -n '__jod_check_in setup' -l jellyfin -x -d 'Where Jellyfin is, such as http://localhost:8096.'
complete -c jod-check -n '__jod_check_in setup' -l key-file -x -d 'A file with an API key of Jellyfin; - is standard input. Otherwise a key is made.'
complete -c jod-check -n '__jod_check_in setup' -l storage -x -d 'The storage server, with the port of its service, such as nas.lan:2049.'
complete -c jod-check -n '__jod_check_in setup' -l mac -x -d 'The MAC address of the storage server.'
complete -c jod-check -n '__jod_check_in setup' -l mount -x -d 'A mount point of the storage server: an access wakes it. May be repeated.'
complete -c jod-check -n '__jod_check_in setup' -l no-mounts -d 'Let no access wake it.'
complete -c jod-check -n '__jod_check_in setup' -l power-off -x -d 'Power it off over ssh there, as jod-check unless told otherwise.'
complete -c jod-check -n '__jod_check_in setup' -l no-power-off -d 'Let it never be powered off.'
complete -c jod-check -n '__jod_check_in setup' -l watts -x -d 'Its power in watts, for the report, such as 85,3.'
complete -c jod-check -n '__jod_check_in setup' -l price -x -d 'The price of a kWh with its currency, such as 0.35EUR.'
complete -c jod-check -n '__jod_check_in setup' -l page -d 'Let the house see the page, by a link with a token.'
complete -c jod-check -n '__jod_check_in setup' -l no-page -d 'Let this machine alone see the page.'
complete -c jod-check -n '__jod_check_in setup' -l log-directory -x -d 'Watch this folder, where Jellyfin logs: a check follows at once when somebody comes.'
complete -c jod-check -n '__jod_check_in setup' -l no-log-directory -d 'Watch no folder.'
complete -c jod-check -n '__jod_check_in setup' -l webhook -d 'Let the Webhook plugin of Jellyfin start checks: changes its settings.'
complete -c jod-check -n '__jod_check_in setup' -l no-webhook -d 'Leave the Webhook plugin as it is.'
complete -c jod-check -n '__jod_check_in setup' -l monitoring-off -d 'Switch real-time monitoring off for libraries on the storage server: changes settings of Jellyfin.'
complete -c jod-check -n '__jod_check_in setup' -l monitoring-as-is -d 'Leave real-time monitoring as it is.'
complete -c jod-check -n '__jod_check_in setup' -l scans-as-is -d 'Start no scan of the libraries.'
complete -c jod-check -n '__jod_check_in setup' -l scan-interval -x -d 'Scan when the storage server is on and the last scan is older than this, such as 12h.'
complete -c jod-check -n '__jod_check_in setup' -l rehearse -d 'Power the storage server off and wake it in the end, and measure how long it takes.'
complete -c jod-check -n '__jod_check_in setup' -l yes -d 'Take what Enter takes at every question that is left.'
complete -c jod-check -n '__jod_check_in setup' -l dry-run -d 'Show what would be written, and write nothing.'
complete -c jod-check -n '__jod_check_in status' -l json -d 'Print one JSON document.'
complete -c jod-check -n '__jod_check_in report' -l days -x -d 'Days to look back, today included, 1 to 366.'
complete -c jod-check -n '__jod_check_in report' -l json -d 'Print one JSON document.'
complete -c jod-check -n '__jod_check_in wake' -l wait -d 'Wait until the storage server is ready.'
complete -c jod-check -n '__jod_check_in wake' -l no-wait -d 'Do not wait.'
complete -c jod-check -n '__jod_check_in sleep' -l force -d 'Do not let activity, recordings or tasks of Jellyfin object.'
complete -c jod-check -n '__jod_check_in hold' -l until -x -d 'Until this time of day instead, such as 06:30.'
complete -c jod-check -n '__jod_check_in pair' -l yes -d 'Trust the host key as it comes; one that has changed is refused all the same.'
complete -c jod-check -n '__jod_check_in doctor' -l json -d 'Print one JSON document.'
