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
complete -c jod-check -n __jod_check_first -a status -d 'Show what is known, what happens next, and why.'
complete -c jod-check -n __jod_check_first -a report -d 'Show when the storage server was on, who woke it, and what that saved.'
complete -c jod-check -n __jod_check_first -a wake -d 'Wake the storage server now, and wait until it is ready.'
complete -c jod-check -n __jod_check_first -a sleep -d 'Power the storage server off now, if nobody needs it.'
complete -c jod-check -n __jod_check_first -a hold -d 'Keep the storage server from being powered off, for a while or until a time of day.'
complete -c jod-check -n __jod_check_first -a release -d 'Take a hold back.'
complete -c jod-check -n __jod_check_first -a pair -d 'Prepare this machine to power the storage server off over ssh.'
complete -c jod-check -n __jod_check_first -a doctor -d 'Look at everything that may be wrong, and say what to do about it.'
complete -c jod-check -n __jod_check_first -a access -d 'Wake the storage server for an opened file, and wait for it.'
complete -c jod-check -n __jod_check_first -a help -d 'Show help information.'
complete -c jod-check -n '__jod_check_in help' -a 'check status report wake sleep hold release pair doctor access'

complete -c jod-check -n '__jod_check_in check' -l dry-run -d 'Say what a check would do now, without doing or recording it.'
complete -c jod-check -n '__jod_check_in check' -l json -d 'Print one JSON document instead of sentences.'
complete -c jod-check -n '__jod_check_in status' -l json -d 'Print one JSON document.'
complete -c jod-check -n '__jod_check_in status' -l verbose -d 'Show the rules behind it as well, with the names of their variables.'
complete -c jod-check -n '__jod_check_in report' -l days -x -d 'Days to look back, today included, 1 to 366.'
complete -c jod-check -n '__jod_check_in report' -l json -d 'Print one JSON document.'
complete -c jod-check -n '__jod_check_in wake' -l wait -d 'Wait until the storage server is ready.'
complete -c jod-check -n '__jod_check_in wake' -l no-wait -d 'Do not wait.'
complete -c jod-check -n '__jod_check_in sleep' -l force -d 'Do not let activity, recordings or tasks of Jellyfin object.'
complete -c jod-check -n '__jod_check_in hold' -l until -x -d 'Until this time of day instead, such as 06:30.'
complete -c jod-check -n '__jod_check_in pair' -l yes -d 'Trust the host key as it comes; one that has changed is refused all the same.'
complete -c jod-check -n '__jod_check_in doctor' -l json -d 'Print one JSON document.'
