# shellcheck shell=bash
# shellcheck disable=SC2154 # what the helpers set
# The package's own test, as Debian's autopkgtest would run it on the installed package.

story autopkgtest 'the test in the source package passes on the installed one'
story_autopkgtest() {
  household
  inside A systemctl stop jod-check.socket
  install -m 755 "$here/../packaging/debian/tests/household" "$work/A/root/root/household"
  try inside A /root/household
  same "it passes" 0 "$status"
  contains "to its end" 'done' "$output"
}
