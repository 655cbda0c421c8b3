//===- Model.cpp - the messages of onnx.proto -----------------------------===//
//
// The field numbers are those of ONNX's IR, versions 3 to 14. Fields that are unknown, or carry no meaning here (documentation,
// annotations, metadata), are stepped over.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Model.h"
#include "graph-opt/GraphError.h"
#include "llvm/Support/JSON.h"

using namespace graphopt;
using namespace graphopt::onnx;
using llvm::StringRef;

namespace {
constexpr unsigned maxGraphDepth = 32;

/// Reads one message after the other; the first error stays.
class ModelReader {
public:
  explicit ModelReader(const Limits &limits) : limits(limits) {}
  std::string error;
  bool isLimit = false; ///< the error is about a budget

  void read(StringRef bytes, Model &model) {
    each("model", bytes, [&](const WireField &field) {
      switch (field.number) {
      case 1:
        return number("ir_version", field, model.irVersion);
      case 7:
        if (hasGraph)
          return fail("model: expected one graph, got more");
        hasGraph = true;
        return message("graph", field, [&] { read(field.data, model.graph, 1); });
      case 8:
        return message("opset_import", field, [&] { read(field.data, model.opsets.emplace_back()); });
      case 20:
        return fail("model: training information is not supported");
      case 25:
        return message("functions", field, [&] { read(field.data, model.functions.emplace_back()); });
      default:
        return;
      }
    });
    if (error.empty() && !hasGraph)
      fail("model: expected a graph, got none");
  }

private:
  void fail(const llvm::Twine &why) {
    if (error.empty())
      error = why.str();
  }
  void exceed(uint64_t Limits::*member) {
    isLimit |= error.empty();
    fail(limits.exceeded(member));
  }
  void appendSizes(const WireField &field, llvm::SmallVectorImpl<int64_t> &sizes) {
    // One more than there may be, to tell which is wrong.
    bool isWhole = appendNumbers(field, sizes, limits.rank + 1);
    if (sizes.size() > limits.rank)
      exceed(&Limits::rank);
    else if (!isWhole)
      fail("tensor: expected sizes");
  }
  template <typename Fn> void each(StringRef what, StringRef bytes, Fn visit) {
    WireReader reader(bytes);
    WireField field;
    while (error.empty() && reader.next(field))
      visit(field);
    if (!reader.getError().empty())
      fail(what + ": " + reader.getError());
  }
  template <typename Fn> void message(StringRef what, const WireField &field, Fn read) {
    if (field.kind != WireField::bytes)
      return fail(what + ": expected a message, got a number");
    read();
  }
  void number(StringRef what, const WireField &field, int64_t &value) {
    if (field.kind != WireField::varint)
      return fail(what + ": expected a number");
    value = field.getInt();
  }
  /// Names end up in messages and in the IR.
  StringRef checkText(StringRef what, StringRef text) {
    if (!llvm::json::isUTF8(text))
      fail(what + ": expected text in UTF-8");
    if (text.size() > limits.name && what != "s" && what != "strings")
      exceed(&Limits::name);
    return text;
  }
  void text(StringRef what, const WireField &field, StringRef &value) {
    message(what, field, [&] { value = checkText(what, field.data); });
  }
  template <typename List> void addText(StringRef what, const WireField &field, List &list) {
    message(what, field, [&] { list.push_back(checkText(what, field.data)); });
  }

  void read(StringRef bytes, Opset &opset) {
    each("opset_import", bytes, [&](const WireField &field) {
      if (field.number == 1)
        text("domain", field, opset.domain);
      else if (field.number == 2)
        number("version", field, opset.version);
    });
    if (opset.domain == "ai.onnx")
      opset.domain = "";
  }

  void read(StringRef bytes, Tensor &tensor) {
    each("tensor", bytes, [&](const WireField &field) {
      switch (field.number) {
      case 1:
        return appendSizes(field, tensor.dims);
      case 2:
        return number("data_type", field, tensor.dataType);
      case 3:
        return fail("tensor: segments are not supported");
      case 4:
      case 5:
      case 7:
      case 10:
      case 11:
        tensor.numbers.push_back(field);
        return;
      case 6:
        tensor.hasStrings = true;
        return;
      case 8:
        return text("name", field, tensor.name);
      case 9:
        return message("raw_data", field, [&] { tensor.raw = field.data; });
      case 13:
        return message("external_data", field, [&] { readExternal(field.data, tensor); });
      case 14: {
        int64_t location = 0;
        number("data_location", field, location);
        tensor.isExternal = location == 1;
        return;
      }
      default:
        return;
      }
    });
  }

  void readExternal(StringRef bytes, Tensor &tensor) {
    StringRef key, value;
    each("external_data", bytes, [&](const WireField &field) {
      if (field.number == 1)
        text("key", field, key);
      else if (field.number == 2)
        text("value", field, value);
    });
    if (key == "location")
      tensor.location = value;
    else if (key == "offset")
      tensor.offset = value;
    else if (key == "length")
      tensor.length = value;
  }

  void read(StringRef bytes, SparseTensor &sparse) {
    each("sparse tensor", bytes, [&](const WireField &field) {
      if (field.number == 1)
        message("values", field, [&] { read(field.data, sparse.values); });
      else if (field.number == 2)
        message("indices", field, [&] { read(field.data, sparse.indices); });
      else if (field.number == 3)
        appendSizes(field, sparse.dims);
    });
  }

  void read(StringRef bytes, ValueInfo &value) {
    each("value", bytes, [&](const WireField &field) {
      if (field.number == 1)
        text("name", field, value.name);
      else if (field.number == 2)
        message("type", field, [&] { readType(field.data, value); });
    });
  }

  void readType(StringRef bytes, ValueInfo &value) {
    each("type", bytes, [&](const WireField &field) {
      for (auto [fieldNumber, kind] : {std::pair(1u, "tensor"), std::pair(4u, "sequence"), std::pair(5u, "map"),
                                       std::pair(8u, "sparse tensor"), std::pair(9u, "optional")})
        if (field.number == fieldNumber)
          value.kind = kind;
      if (field.number != 1)
        return;
      message("tensor_type", field, [&] {
        each("tensor_type", field.data, [&](const WireField &inner) {
          if (inner.number == 1)
            number("elem_type", inner, value.elementType);
          else if (inner.number == 2)
            message("shape", inner, [&] { readShape(inner.data, value); });
        });
      });
    });
  }

  void readShape(StringRef bytes, ValueInfo &value) {
    value.hasShape = true;
    value.dims.clear();
    each("shape", bytes, [&](const WireField &field) {
      if (field.number != 1)
        return;
      if (value.dims.size() >= limits.rank)
        return exceed(&Limits::rank);
      Dim &dim = value.dims.emplace_back();
      message("dim", field, [&] {
        each("dim", field.data, [&](const WireField &inner) {
          int64_t size = 0;
          if (inner.number == 1) {
            number("dim_value", inner, size);
            dim.size = size;
          } else if (inner.number == 2) {
            text("dim_param", inner, dim.symbol);
          }
        });
      });
    });
  }

  void read(StringRef bytes, NodeAttribute &attribute, unsigned depth) {
    int64_t type = 0;
    each("attribute", bytes, [&](const WireField &field) {
      switch (field.number) {
      case 1:
        return text("name", field, attribute.name);
      case 2:
        if (field.kind != WireField::fixed32)
          return fail("attribute: expected a 32-bit number");
        attribute.number = field.getFloat();
        return;
      case 3:
        return number("i", field, attribute.integer);
      case 4:
        return text("s", field, attribute.string);
      case 5:
        return message("t", field, [&] { read(field.data, *(attribute.tensor = std::make_shared<Tensor>())); });
      case 6:
        return message("g", field, [&] { read(field.data, *(attribute.graph = std::make_shared<Graph>()), depth + 1); });
      case 7:
        if (!appendNumbers(field, attribute.numbers, SIZE_MAX))
          fail("attribute: expected numbers");
        return;
      case 8:
        if (!appendNumbers(field, attribute.integers, SIZE_MAX))
          fail("attribute: expected integers");
        return;
      case 9:
        return addText("strings", field, attribute.strings_);
      case 20:
        return number("type", field, type);
      case 21:
        return text("ref_attr_name", field, attribute.reference);
      default:
        return;
      }
    });
    attribute.type = type < 0 || type > NodeAttribute::strings ? NodeAttribute::other : static_cast<NodeAttribute::Type>(type);
    if ((attribute.type == NodeAttribute::t && attribute.reference.empty() && !attribute.tensor) ||
        (attribute.type == NodeAttribute::g && attribute.reference.empty() && !attribute.graph))
      fail("attribute '" + attribute.name + "': expected the value that its type says");
  }

  void read(StringRef bytes, Node &node, unsigned depth) {
    each("node", bytes, [&](const WireField &field) {
      switch (field.number) {
      case 1:
        return addText("input", field, node.inputs);
      case 2:
        return addText("output", field, node.outputs);
      case 3:
        return text("name", field, node.name);
      case 4:
        return text("op_type", field, node.op);
      case 5:
        return message("attribute", field, [&] { read(field.data, node.attributes.emplace_back(), depth); });
      case 7:
        return text("domain", field, node.domain);
      case 8:
        return text("overload", field, node.overload);
      default:
        return;
      }
    });
    if (node.domain == "ai.onnx")
      node.domain = "";
  }

  void read(StringRef bytes, Graph &graph, unsigned depth) {
    if (depth > maxGraphDepth)
      return fail("graph: expected graphs to nest at most " + llvm::Twine(maxGraphDepth) + " deep");
    each("graph", bytes, [&](const WireField &field) {
      switch (field.number) {
      case 1:
        return message("node", field, [&] { read(field.data, graph.nodes.emplace_back(), depth); });
      case 2:
        return text("name", field, graph.name);
      case 5:
        return message("initializer", field, [&] { read(field.data, graph.initializers.emplace_back()); });
      case 11:
        return message("input", field, [&] { read(field.data, graph.inputs.emplace_back()); });
      case 12:
        return message("output", field, [&] { read(field.data, graph.outputs.emplace_back()); });
      case 13:
        return message("value_info", field, [&] { read(field.data, graph.values.emplace_back()); });
      case 15:
        return message("sparse_initializer", field, [&] { read(field.data, graph.sparseInitializers.emplace_back()); });
      default:
        return;
      }
    });
  }

  void read(StringRef bytes, Function &function) {
    each("function", bytes, [&](const WireField &field) {
      switch (field.number) {
      case 1:
        return text("name", field, function.name);
      case 4:
        return addText("input", field, function.inputs);
      case 5:
        return addText("output", field, function.outputs);
      case 7:
        return message("node", field, [&] { read(field.data, function.nodes.emplace_back(), 1); });
      case 9:
        return message("opset_import", field, [&] { read(field.data, function.opsets.emplace_back()); });
      case 10:
        return text("domain", field, function.domain);
      case 11:
        return message("attribute_proto", field, [&] { read(field.data, function.defaults.emplace_back(), 1); });
      case 13:
        return text("overload", field, function.overload);
      default:
        return;
      }
    });
    if (function.domain == "ai.onnx")
      function.domain = "";
  }

  const Limits &limits;
  bool hasGraph = false;
};
} // namespace

StringRef Node::getName() const { return !name.empty() ? name : outputs.empty() ? op : outputs.front(); }

const NodeAttribute *Node::find(StringRef attribute) const {
  for (const NodeAttribute &candidate : attributes)
    if (candidate.name == attribute)
      return &candidate;
  return nullptr;
}

bool onnx::isOnnxModel(StringRef bytes) {
  if (bytes.size() < 4 || bytes[0] != 0x08) // ir_version, a number, comes first wherever models are written
    return false;
  uint8_t version = static_cast<uint8_t>(bytes[1]), key = static_cast<uint8_t>(bytes[2]);
  if (version == 0 || version > 100)
    return false;
  // producer_name, producer_version, domain, model_version, doc_string, graph, opset_import, metadata_props.
  return llvm::is_contained({0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72}, key);
}

llvm::Expected<Model> onnx::readModel(StringRef bytes, const Limits &limits) {
  Model model;
  ModelReader reader(limits);
  reader.read(bytes, model);
  if (!reader.error.empty())
    return makeError(reader.isLimit ? Failure::limit : Failure::badInput, reader.error);
  return model;
}
