//===- graph-opt.cpp - runs passes on a file ------------------------------===//
#include "Driver/OptMain.h"

int main(int argc, char **argv) { return graphopt::optMain(argc, argv); }
