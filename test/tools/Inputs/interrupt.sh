#!/bin/sh
# interrupt.sh SIGNAL COMMAND...: starts the command, sends it the signal after a second, and ends as it does.
signal=$1
shift
"$@" &
pid=$!
sleep 1
kill -"$signal" $pid
wait $pid
