//===- GraphBase.td - the dialect and the classes that its ops are rows of -===//
#ifndef GRAPH_BASE_TD
#define GRAPH_BASE_TD

include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "graph-opt/Dialect/Graph/ExportInterface.td"
include "graph-opt/Dialect/Graph/GraphInterfaces.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::graphopt::graph";
  let summary = "graphs of tensor programs";
  let description = [{
    Values are builtin ranked tensors, `?` for a size known at run time only; elements are f16, bf16, f32, f64, i1, i8 to i64 (signless
    means signed) and ui8 to ui64. Every op is total: it has a result for every operand of its types, and its page states that result.
    f16 and bf16 compute in f32 and round at each op's result.
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"
  ];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let extraClassDeclaration = [{
    /// Registers the ops of one family, dialects/Graph/Ops/X.td.
    template <typename... Ops> void addFamily() { addOperations<Ops...>(); }
    /// The bytes of the parameters, see WeightStore.
    ::graphopt::WeightStore &getWeights() { return *weights; }
  private:
    std::shared_ptr<::graphopt::WeightStore> weights;
  public:
  }];
}

// Element types. Signless integers are signed.
def Graph_AnyFloat : AnyTypeOf<[F16, BF16, F32, F64], "float">;
def Graph_AnyInteger : AnyTypeOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64], "integer">;
def Graph_AnyNumber : AnyTypeOf<[Graph_AnyFloat, Graph_AnyInteger], "number">;
def Graph_AnyElement : AnyTypeOf<[Graph_AnyNumber, I1], "number or i1">;
def Graph_AnyBits : AnyTypeOf<[Graph_AnyInteger, I1], "integer or i1">;

def Graph_Tensor : RankedTensorOf<[Graph_AnyElement]>;
def Graph_FloatTensor : RankedTensorOf<[Graph_AnyFloat]>;
def Graph_NumberTensor : RankedTensorOf<[Graph_AnyNumber]>;
def Graph_IntegerTensor : RankedTensorOf<[Graph_AnyInteger]>;
def Graph_BitsTensor : RankedTensorOf<[Graph_AnyBits]>;
def Graph_BoolTensor : RankedTensorOf<[I1]>;

/// Any op of the dialect.
class Graph_Op<string mnemonic, list<Trait> traits = []> : Op<Graph_Dialect, mnemonic, traits>;

/// A pure op on tensors, with everything that passes ask of one. Its .cpp defines
///   infer                 the shape rule, which result types and run-time sizes are derived from
///   evaluate              the meaning
///   registerImportRules   the foreign operators that become it
/// and what the traits add: DecomposeOpInterface or LowerOpInterface, GradientOpInterface or NotDifferentiable.
class Graph_TensorOp<string mnemonic, list<Trait> traits = []>
    : Graph_Op<mnemonic, traits # [
        Pure, DeclareOpInterfaceMethods<InferTypeOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>, DeclareOpInterfaceMethods<ShapeOpInterface>,
        DeclareOpInterfaceMethods<EvaluateOpInterface>, DeclareOpInterfaceMethods<InteropOpInterface>, CostOpInterface,
        FusionOpInterface]> {
  code inferDeclaration = [{
    /// The shape rule, on an adaptor: it runs before the op exists, too.
    static ::llvm::LogicalResult infer(::graphopt::InferContext &context, Adaptor op,
                                       ::llvm::SmallVectorImpl<::graphopt::SymbolicType> &results);
    static bool isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual);
    /// What the verifier asks.
    static ::llvm::LogicalResult refineReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location, ::mlir::ValueRange operands,
        ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types);
  }];
  code inferDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location, ::mlir::ValueRange operands,
        ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Adaptor adaptor(operands, attributes, properties, regions);
      // Before the op exists nothing has looked for attributes that it can't be without.
      if (::llvm::failed(adaptor.verify(location.value_or(::mlir::UnknownLoc::get(context)))))
        return ::llvm::failure();
      return ::graphopt::inferStatically(
          context, location, getOperationName(), types,
          [&](auto &inference, auto &results) { return infer(inference, adaptor, results); });
    }
    bool $cppClass::isCompatibleReturnTypes(::mlir::TypeRange inferred, ::mlir::TypeRange actual) {
      return ::graphopt::areCompatible(inferred, actual);
    }
    ::llvm::LogicalResult $cppClass::refineReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location, ::mlir::ValueRange operands,
        ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::graphopt::verifyStatically(
          context, location, getOperationName(), types, [&](auto &inference, auto &results) {
            return infer(inference, Adaptor(operands, attributes, properties, regions), results);
          });
    }
    ::llvm::LogicalResult $cppClass::inferSymbolically(
        ::graphopt::InferContext &context, ::llvm::SmallVectorImpl<::graphopt::SymbolicType> &results) {
      return infer(context, Adaptor(*this), results);
    }
    ::llvm::LogicalResult $cppClass::reifyResultShapes(::mlir::OpBuilder &b,
                                                       ::mlir::ReifiedRankedShapedTypeDims &shapes) {
      return ::graphopt::reifyShapes(b, *this, shapes);
    }
  }];
  let extraClassDeclaration = inferDeclaration;
  let extraClassDefinition = inferDefinition;
}

/// The class of elementwise rows: `$x...` -> `$y`, operands broadcast by numpy's rules. A row gives
///   formula    for the documentation, in x (or a and b)
///   value      the element's value, a C++ expression on the compute type (float, double, int64_t, uint64_t, bool)
///   scalar     its lowering, on the ScalarBuilder `s`
///   gradient   the cotangents of the operands, on graph expressions x (or a, b), y and the cotangent ct
///   aten, onnx the operators it is one to one with
///   flops      arithmetic operations an element
///   fold       what it folds to, an OpFoldResult of the FoldAdaptor `adaptor`: only where the numbers stay exactly the same
/// It is exported as the first of the operators that it is one to one with. Where that means something else, or there is none, it sets
///   toOnnx     the nodes, on values x (or a and b) of the OnnxExport `to`, widened
///   toAten     the calls, on values x (or a and b) of the AtenExport `to`
class Graph_Elementwise<string mnemonic, list<Trait> traits, int arity, string domain, string formula, code value, code scalar,
                        code gradient, list<string> aten, list<string> onnx, int flops, string resultRule, code fold = "">
    : Graph_TensorOp<mnemonic, traits # [DeclareOpInterfaceMethods<ScalarBodyOpInterface>, DeclareOpInterfaceMethods<ExportOpInterface>,
                                         DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>] #
                               !if(!empty(gradient), [NotDifferentiable], [DeclareOpInterfaceMethods<GradientOpInterface>])> {
  let summary = "elementwise " # formula;
  let hasFolder = !if(!empty(fold), 0, 1);
  list<string> atenNames = aten;
  list<string> onnxNames = onnx;
  code toOnnx = "";
  code toAten = "";
  string names = !if(!eq(arity, 1), "x", "a, b");
  code unpack = !if(!eq(arity, 1), [{x = args[0]; (void)x;}], [{a = args[0], b = args[1]; (void)a; (void)b;}]);
  let extraClassDefinition = inferDefinition # [{
    ::llvm::LogicalResult $cppClass::infer(::graphopt::InferContext &context, Adaptor op,
                                           ::llvm::SmallVectorImpl<::graphopt::SymbolicType> &results) {
      return ::graphopt::inferElementwise(context, op.getOperands(), ::graphopt::ElementRule::}] # resultRule # [{, results);
    }
    ::llvm::LogicalResult $cppClass::evaluate(::graphopt::EvalContext &context,
                                              ::llvm::ArrayRef<::graphopt::TensorValue> operands,
                                              ::llvm::SmallVectorImpl<::graphopt::TensorValue> &results) {
      namespace total = ::graphopt::total; // NOLINT: not every row needs it
      return ::graphopt::evaluateElementwise<::graphopt::Domain::}] # domain # [{, }] # !cast<string>(arity) # [{>(
          *this, operands, results, [](auto... args) { return compute(args...); });
    }
    ::mlir::Value $cppClass::buildScalar(::graphopt::ScalarBuilder &s, ::mlir::ValueRange args) {
      ::mlir::Value }] # unpack # [{
      return }] # scalar # [{;
    }
    ::graphopt::Cost $cppClass::getCost(int64_t dynamicSize) {
      return ::graphopt::defaultCost(*this, dynamicSize, }] # !cast<string>(flops) # [{);
    }
    void $cppClass::registerImportRules(::graphopt::ImportRules &rules) {
      ::graphopt::addElementwiseRules(rules, getOperationName(), {}] # !interleave(!foreach(n, aten, "\"" # n # "\""), ", ") #
      [{}, {}] # !interleave(!foreach(n, onnx, "\"" # n # "\""), ", ") # [{});
    }
    void $cppClass::registerExportRules(::graphopt::ExportRules &rules) {
  }] # !if(!empty(toOnnx), [{
      ::graphopt::addElementwiseOnnxExport(rules, getOperationName(), {}] # !interleave(!foreach(n, onnx, "\"" # n # "\""), ", ") # [{});
  }], [{
      rules.onnx<$cppClass>([]($cppClass op, ::graphopt::OnnxExport &to) {
        ::llvm::SmallVector<::graphopt::ForeignValue> args;
        for (::mlir::Value operand : op->getOperands())
          args.push_back(to.wide(to[operand]));
        ::graphopt::ForeignValue }] # unpack # [{
        return to.yield(}] # toOnnx # [{);
      });
  }]) # !if(!empty(toAten), [{
      ::graphopt::addElementwiseAtenExport(rules, getOperationName(), {}] # !interleave(!foreach(n, aten, "\"" # n # "\""), ", ") # [{});
  }], [{
      rules.aten<$cppClass>([]($cppClass op, ::graphopt::AtenExport &to) {
        ::llvm::SmallVector<::graphopt::ForeignValue> args;
        for (::mlir::Value operand : op->getOperands())
          args.push_back(to[operand]);
        ::graphopt::ForeignValue }] # unpack # [{
        return to.yield(}] # toAten # [{);
      });
  }]) # [{
    }
  }] # !if(!empty(fold), "", [{
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) { return }] # fold # [{; }
  }]) # !if(!empty(gradient), "", [{
    ::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>> $cppClass::buildGradient(::mlir::OpBuilder &builder,
                                                                                   ::mlir::ValueRange cotangents) {
      ::graphopt::ExprBuilder g(builder, getLoc());
      ::graphopt::Expr ct = g(cotangents[0]), y = g((*this)->getResult(0)); (void)ct, (void)y;
      ::llvm::SmallVector<::graphopt::Expr> args = g((*this)->getOperands());
      ::graphopt::Expr }] # unpack # [{
      return ::graphopt::unbroadcast(*this, {}] # gradient # [{});
    }
  }]);
  let extraClassDeclaration = inferDeclaration # [{
    /// The value of one element, on the compute type.
    template <typename T> static auto compute(}] # !if(!eq(arity, 1), "T x", "T a, T b") # [{) {
      namespace total = ::graphopt::total;
      return }] # value # [{;
    }
  }];
}

#endif // GRAPH_BASE_TD
