//===- PickleOpcodes.h ----------------------------------------------------===//
#pragma once
#include <cstdint>

namespace graphopt::script {

/// The opcodes that torch's pickler writes.
enum Opcode : uint8_t {
  mark = '(',
  stop = '.',
  binFloat = 'G',
  binInt = 'J',
  binInt1 = 'K',
  binInt2 = 'M',
  none = 'N',
  binPersId = 'Q',
  reduce = 'R',
  binString = 'T',
  shortBinString = 'U',
  binUnicode = 'X',
  emptyList = ']',
  append = 'a',
  build = 'b',
  global = 'c',
  appends = 'e',
  binGet = 'h',
  longBinGet = 'j',
  binPut = 'q',
  longBinPut = 'r',
  setItem = 's',
  tuple = 't',
  setItems = 'u',
  emptyTuple = ')',
  emptyDict = '}',
  proto = 0x80,
  newObj = 0x81,
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  newTrue = 0x88,
  newFalse = 0x89,
  long1 = 0x8a
};

} // namespace graphopt::script
