#!/bin/sh
# Trains a model of 10 features and 2 classes without Python: on the command line, and by a C program with the step compiled into it.
# usage: run.sh MODEL DATA [--input-shape=x=?x10xf32], where the folder DATA has x.npy and target.npy. Writes into the current folder.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${GRAPHOPT_BUILD:-$root/build}
model=$1 data=$2
shift 2

# One command trains, tells each loss, and writes the trained parameters and the trained model, which then runs.
"$build/bin/graph-run" "$model" "$@" --train="loss=cross_entropy optimizer=sgd keep-outputs=true" --inputs="$data" \
  --lr=0.01 --batch-size=10 -v --outputs=trained --save=trained.mlirbc
"$build/bin/graph-run" trained.mlirbc --random-inputs

# The first values, the step as one function of data and parameters, an object of it, and the program around it.
"$build/bin/graph-run" "$model" "$@" --train="loss=cross_entropy" --inputs="$data" --batch-size=10 --epochs=0 --outputs=start --save=start.mlir
"$build/bin/graph-opt" start.mlir --graph-make-train-step="loss=cross_entropy optimizer=sgd" --graph-lift-parameters=mutable-only -o step.mlir
"$build/bin/graph-compile" step.mlir -o step.o --header=step.h
${CC:-cc} -std=c11 -Wall -Wextra -Werror -I. -I"$root/include" "$root/examples/train/train.c" step.o "$build/lib/libGraphOptRuntime.a" \
  -lm -lpthread -o train
./train "$data" start 100
