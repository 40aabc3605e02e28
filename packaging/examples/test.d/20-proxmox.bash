# proxmox-vm, against a stand-in of Proxmox VE's API.
# shellcheck shell=bash disable=SC2154 # of run
proxmox=$here/power/proxmox-vm
serve proxmox
credential proxmox-token secret-uuid
guest=(pve qemu/101 'jod@pve!power')

run "$proxmox" shutdown "$url" "${guest[@]}"
check "a virtual machine shuts down" 0
contains "it is shut down, and not stopped" 'POST /api2/json/nodes/pve/qemu/101/status/shutdown' "$(asked)"
same "no token's value is in an argument of curl" "" "$(calls curl | grep -F secret-uuid || true)"
mood ''
run "$proxmox" start "$url" "${guest[@]}"
check "one that runs is not started" 0
same "nothing is asked of it" "" "$(asked | grep POST || true)"
mood paused
run "$proxmox" start "$url" "${guest[@]}"
check "one that was paused is woken" 0
contains "by resume" 'qemu/101/status/resume' "$(asked)"
mood task-done
run "$proxmox" start "$url" pve lxc/102 'jod@pve!power'
check "a container starts" 0
contains "by its own path" 'POST /api2/json/nodes/pve/lxc/102/status/start' "$(asked)"
mood ''
run "$proxmox" shutdown "$url" pve lxc/102 'jod@pve!power'
check "one that is off is not shut down" 0
same "nothing is asked of it either" "" "$(asked | grep POST || true)"
run "$proxmox" shutdown "$url" pve node 'jod@pve!power'
check "the host itself" 0
contains "by its status" 'POST /api2/json/nodes/pve/status command=shutdown' "$(asked)"

mood backup
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a backup is under way" 75 'locked: backup'
same "it is not disturbed" "" "$(asked | grep POST || true)"
mood task-locked
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a task that meets a lock" 75 'VM is locked (snapshot)'
mood task-failed
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a task that fails at once" 1 'no memory'
mood refused-locked
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a request that meets a lock" 75 "can't lock file"
mood refused
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a refusal says why, from the status line" 1 'VM 101 not running (HTTP 500)'
mood forbidden
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a token without the privilege" 1 'VM.PowerMgmt'
mood garbage
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a page of somebody else" 1 'not as Proxmox VE does'
mood hang
run "$proxmox" shutdown "$url" "${guest[@]}"
check "no answer in time" 1 'does not answer in time'
mood ''
credential proxmox-token wrong
run "$proxmox" shutdown "$url" "${guest[@]}"
check "a wrong token" 1 'does not take the token'
for bad in 'pve qemu/x jod@pve!p' 'pve lxc jod@pve!p' 'p/../q qemu/1 jod@pve!p' 'pve qemu/1 jod'; do
  # shellcheck disable=SC2086 # three words
  run "$proxmox" shutdown "$url" $bad
  same "no call is made of $bad" 64 "$status"
done
