#!/bin/sh
# replay.sh LOG INPUT: the reproducer named in LOG holds INPUT; runs the command that LOG says replays it.
file=$(sed -n 's/^reproducer: //p' "$1")
cmp "$file" "$2" || exit 1
eval "$(sed -n 's/^replay: //p' "$1")"
