#!/bin/sh
# exits.sh CODE COMMAND...: runs the command; succeeds where it ends with just this code.
want=$1
shift
"$@"
got=$?
[ "$got" = "$want" ] && exit 0
echo "expected exit code $want, got $got: $*" >&2
exit 1
