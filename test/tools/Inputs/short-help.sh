#!/bin/sh
# short-help.sh TOOL: prints its -h, which fits in 60 lines.
"$1" -h || exit 1
lines=$("$1" -h | wc -l)
[ "$lines" -le 60 ] || { echo "expected at most 60 lines, got $lines" >&2; exit 1; }
