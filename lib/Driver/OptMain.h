//===- OptMain.h - graph-opt ----------------------------------------------===//
#pragma once
#pragma GCC visibility push(default)
namespace graphopt {
int optMain(int argc, char **argv);
} // namespace graphopt
#pragma GCC visibility pop
