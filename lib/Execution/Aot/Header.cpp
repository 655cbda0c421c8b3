//===- Header.cpp - the C header of a compiled function --------------------===//
#include "Execution/Aot/Header.h"
#include "Execution/Jit/Info.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace graphopt::execution {

namespace {
StringRef getCType(int32_t dtype) {
  static constexpr StringLiteral names[] = {"uint8_t",  "int8_t",   "int16_t",  "int32_t",  "int64_t", "uint8_t", "uint16_t",
                                            "uint32_t", "uint64_t", "uint16_t", "uint16_t", "float",   "double"};
  return names[dtype];
}

std::string getConstantName(int32_t dtype) { return "GO_" + getDtypeName(dtype).upper(); }

/// A size as a reader sees it: a number, a name, or `?`.
std::string describeSize(const Port &port, size_t d) {
  if (d < port.dims.size() && !port.dims[d].empty())
    return port.dims[d];
  return port.sizes[d] < 0 ? "?" : std::to_string(port.sizes[d]);
}

/// Names come from the model: nothing in them may end the comment.
std::string sanitize(StringRef text) {
  std::string safe;
  for (char c : text)
    safe += isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return safe;
}

void listPorts(raw_ostream &os, StringRef title, ArrayRef<const Port *> ports) {
  if (ports.empty())
    return;
  os << " *\n * " << title << ":\n";
  for (auto [i, port] : enumerate(ports)) {
    os << " *   " << i << "  " << sanitize(port->name) << "  " << getDtypeName(port->dtype) << " [";
    for (size_t d = 0; d < port->sizes.size(); ++d)
      os << (d ? ", " : "") << sanitize(describeSize(*port, d));
    os << "]\n";
  }
}

template <typename Range> SmallVector<const Port *> pointers(const Range &range) {
  SmallVector<const Port *> result;
  for (const Port &port : range)
    result.push_back(&port);
  return result;
}

/// In the example, sizes that are known at the call are the lower bound of their name, or 1.
int64_t exampleSize(const Signature &signature, const Port &port, size_t d) {
  if (port.sizes[d] >= 0)
    return port.sizes[d];
  if (d < port.dims.size())
    for (const Symbol &symbol : signature.symbols)
      if (symbol.name == port.dims[d])
        return std::max<int64_t>(symbol.lower, 1);
  return 1;
}

/// Whether the call brings the memory.
bool isAllocated(const Port &port) { return is_contained(port.sizes, GO_SIZE_FROM_DATA); }

void writeTensors(raw_ostream &os, const Signature &signature, ArrayRef<Port> ports, StringRef prefix, bool withData) {
  for (auto [i, port] : enumerate(ports)) {
    os << " *     int64_t " << prefix << i << "_sizes[] = {";
    int64_t elements = 1;
    for (size_t d = 0; d < port.sizes.size(); ++d) {
      int64_t size = exampleSize(signature, port, d);
      os << (d ? ", " : "") << size;
      elements *= size;
    }
    os << (port.sizes.empty() ? "0" : "") << "};\n";
    if (withData && !isAllocated(port))
      os << " *     static " << getCType(port.dtype) << " " << prefix << i << "[" << std::max<int64_t>(elements, 1) << "];\n";
  }
  os << " *     go_tensor " << prefix << "[] = {";
  for (auto [i, port] : enumerate(ports))
    os << (i ? ", " : "") << "{" << (isAllocated(port) ? "0" : (prefix + Twine(i)).str()) << ", " << getConstantName(port.dtype) << ", "
       << port.sizes.size() << ", " << prefix << i << "_sizes, 0}";
  os << (ports.empty() ? "{0}" : "") << "};\n";
}
} // namespace

std::string writeHeader(const Signature &signature, StringRef file, bool carriesWeights) {
  std::string text;
  raw_string_ostream os(text);
  const std::string &name = signature.name;
  SmallVector<const Port *> unset; // what the pipeline computed is in the object all the same
  for (const Weight &weight : signature.weights)
    if (!carriesWeights && !weight.derived)
      unset.push_back(&weight);
  std::string guard = "GRAPH_OPT_" + StringRef(name).upper() + "_H";
  os << "/* " << name << ": a model compiled by graph-opt. The interface is described in graph-opt/Runtime.h.\n";
  listPorts(os, "Inputs", pointers(signature.inputs));
  listPorts(os, "Results", pointers(signature.results));
  if (carriesWeights)
    os << " *\n * The object carries its weights (" << signature.weights.size() << ").\n";
  else
    listPorts(os, "Weights, each to be set by go_ctx_set_weight", unset);
  for (const Symbol &symbol : signature.symbols)
    os << " *\n * " << sanitize(symbol.name) << " is from " << symbol.lower << " to " << symbol.upper << ".\n";
  os << " *\n * An example; link it with the object and -lGraphOptRuntime -lm -lpthread, or with the shared library alone:\n *\n"
     << " *   #include \"" << file << "\"\n"
     << " *   #include <stdio.h>\n"
     << " *   int main(void) {\n";
  writeTensors(os, signature, signature.inputs, "in", true);
  writeTensors(os, signature, signature.results, "out", true);
  os << " *     go_ctx *ctx;\n"
     << " *     int32_t status = go_ctx_create(&" << name << "_info, 0, &ctx);\n";
  if (!unset.empty())
    os << " *     // go_ctx_set_weight(ctx, \"name\", &tensor) for each weight, then go_ctx_prepare(ctx)\n";
  os << " *     if (!status)\n"
     << " *       status = " << name << "(ctx, in, out);\n"
     << " *     puts(go_status_message(&" << name << "_info, status));\n";
  for (auto [i, port] : enumerate(signature.results))
    if (isAllocated(port))
      os << " *     go_ctx_free(ctx, out[" << i << "].data); // its size depends on data: the call allocated it\n";
  os << " *     go_ctx_destroy(ctx);\n"
     << " *     return status != 0;\n"
     << " *   }\n */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n#include \"graph-opt/Runtime.h\"\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
     << "/** Runs the model: " << signature.inputs.size() << " inputs, " << signature.results.size() << " results. */\n"
     << "int32_t " << name << "(go_ctx *ctx, const go_tensor *in, go_tensor *out);\n"
     << "/** Sets dtype, rank and sizes of the results for inputs of these sizes (data isn't read). */\n"
     << "int32_t " << name << "_shapes(const go_tensor *in, go_tensor *out, int64_t *arena_bytes);\n"
     << "/** What go_ctx_create and go_status_message take. */\n"
     << "extern const go_function " << name << "_info;\n"
     << "#ifdef __cplusplus\n}\n#endif\n#endif\n";
  return text;
}

} // namespace graphopt::execution
