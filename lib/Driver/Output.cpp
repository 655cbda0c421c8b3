//===- Output.cpp ---------------------------------------------------------===//
#include "Driver/Output.h"
#include "graph-opt/GraphError.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include <unistd.h>

using namespace llvm;
using namespace graphopt;

static Error cannotWrite(StringRef path, std::string why) {
  why[0] = toLower(why[0]); // the system's begin with a capital
  return makeError(Failure::badInput, (path == "-" ? "<stdout>" : path) + ": error: cannot be written: " + why);
}

Expected<OutputFile> OutputFile::open(StringRef path) {
  OutputFile file;
  file.path = path.str();
  if (path == "-") {
    file.stream = std::make_unique<raw_fd_ostream>(STDOUT_FILENO, /*shouldClose=*/false);
    return file;
  }
  sys::fs::file_status status;
  (void)sys::fs::status(path, status);
  if (sys::fs::is_directory(status))
    return cannotWrite(path, "is a directory");
  if (sys::fs::exists(status) && !sys::fs::is_regular_file(status)) { // /dev/null, a named pipe
    std::error_code error;
    file.stream = std::make_unique<raw_fd_ostream>(path, error);
    if (error)
      return cannotWrite(path, error.message());
    return file;
  }
  // A link stays a link: its target is replaced.
  SmallString<128> target;
  if (!sys::fs::real_path(path, target))
    file.path = std::string(target);
  Expected<sys::fs::TempFile> temporary = sys::fs::TempFile::create(file.path + ".%%%%%%.tmp");
  if (!temporary)
    return cannotWrite(path, toString(temporary.takeError()));
  file.temporary = std::move(*temporary);
  file.stream = std::make_unique<raw_fd_ostream>(file.temporary->FD, /*shouldClose=*/false);
  return file;
}

Error OutputFile::keep() {
  stream->flush();
  if (std::error_code error = stream->error()) {
    stream->clear_error(); // has been told; the destructor would abort
    return cannotWrite(path, error.message());
  }
  stream.reset();
  if (!temporary)
    return Error::success();
  sys::fs::TempFile done = std::move(*temporary);
  temporary.reset();
  if (Error error = done.keep(path))
    return cannotWrite(path, toString(std::move(error)));
  return Error::success();
}

OutputFile::~OutputFile() {
  if (stream)
    stream->clear_error();
  stream.reset();
  if (temporary)
    consumeError(temporary->discard());
}
