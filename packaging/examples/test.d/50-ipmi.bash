# ipmi-power, with a stub of ipmitool that says what the real one of Debian 12 said to ipmi_sim.
# shellcheck shell=bash disable=SC2154 # of run
ipmi=$here/power/ipmi-power
credential ipmi-password secret
controller() {
  stub ipmitool <<STUB
case \$* in
  *status) echo "$1"; exit ${2:-0} ;;
  *) echo "${3-Chassis Power Control: Up/On}"; exit ${4:-0} ;;
esac
STUB
}
controller 'Chassis Power is off'
run "$ipmi" on bmc.lan jod
check "a machine that is off is switched on" 0
same "by its controller" '-I lanplus -H bmc.lan -U jod -L OPERATOR -f CREDENTIALS/ipmi-password -N 2 -R 2 chassis power on' \
  "$(calls ipmitool | tail -n 1 | sed "s|$work/credentials|CREDENTIALS|")"
same "the password is in no argument" "" "$(calls ipmitool | grep -w secret || true)"
run "$ipmi" soft bmc.lan jod
check "it is not powered off then" 0
same "nothing is asked of it" 0 "$(calls ipmitool | grep -c 'power soft' || true)"
controller 'Chassis Power is on' 0 'Chassis Power Control: Soft'
run "$ipmi" soft bmc.lan jod
check "one that is on powers itself off" 0
contains "by the button" 'power soft' "$(calls ipmitool)"
controller 'Error: Unable to establish IPMI v2 / RMCP+ session' 1
run "$ipmi" on bmc.lan jod
check "no controller there" 1 'does not answer, or'
controller 'Error in open session response message : RAKP 2 message indicates an error : unauthorized name' 1
run "$ipmi" on bmc.lan jod
check "an unknown user" 1 'does not take the user'
controller 'Chassis Power is off' 0 'Set Chassis Power Control to Up/On failed: Insufficient privilege level' 1
run "$ipmi" on bmc.lan jod
check "a user who may only look" 1 'lacks the privilege'
controller 'Chassis Power is off' 0 'Set Chassis Power Control to Up/On failed: Node busy' 1
run "$ipmi" on bmc.lan jod
check "a busy controller" 75 'busy'
controller 'something else'
run "$ipmi" on bmc.lan jod
check "words of another program" 1 'does not say whether'
run "$ipmi" off bmc.lan jod
same "it cuts no power" 64 "$status"
run "$ipmi" on -x jod
same "an option is no host" 64 "$status"
