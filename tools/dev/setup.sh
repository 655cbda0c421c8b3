#!/bin/bash
# Installs what is missing, and only that; a second run is instant.
#   setup.sh apt PURPOSE...    Debian packages of apt-packages.txt for these purposes (as root, or by sudo)
#   setup.sh venv demo|test    .venv (the demo) or .venv-test (what the tests compare with)
set -euo pipefail
cd "$(dirname "$0")/../.."

apt_packages() {
  local wanted missing=() package have sudo=()
  wanted=$(awk -v purposes=" $* " '!/^#/ && NF && index(purposes, " " $1 " ") { print $2 }' tools/dev/apt-packages.txt)
  have=$(dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' 2>/dev/null | awk '$2 == "installed" { sub(":.*", "", $1); print $1 }')
  for package in $wanted; do
    grep -qxF "$package" <<<"$have" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup: expected root or sudo to install: ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  echo "setup: installing ${missing[*]}" >&2
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -euc '
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends "$@" >/dev/null' sh "${missing[@]}"
}

venv() { # <purpose> <folder>: the stamp is the list itself, so a changed pin installs again
  local list=tools/dev/requirements-$1.txt dir=$2
  cmp -s "$list" "$dir/.stamp" && return 0
  echo "setup: making $dir" >&2
  # Debian's own interpreter: one from a version manager may lack what the lists are pinned for.
  [ -x "$dir/bin/python" ] || /usr/bin/python3 -m venv "$dir"
  "$dir/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$list"
  cp "$list" "$dir/.stamp"
}

case "${1-}" in
apt) shift; apt_packages "$@" ;;
venv)
  case "${2-}" in
  demo) venv demo .venv ;;
  test) venv test .venv-test ;;
  *) echo "usage: setup.sh venv demo|test" >&2; exit 2 ;;
  esac ;;
*) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
