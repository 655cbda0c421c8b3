//===- Passes.td - passes over whole graphs -------------------------------===//
include "mlir/Pass/PassBase.td"

def GraphFoldPass : Pass<"graph-fold", "::mlir::func::FuncOp"> {
  let summary = "evaluate what is known at compile time, over weights too";
  let description = [{
    Ops whose operands are all constants or parameters are evaluated by the reference interpreter, and what the rest of the graph reads of
    them becomes a constant: inline up to 1 KiB, a blob of the module above. A parameter that is read as it is stays a parameter.

    Before:
    ```mlir
    %a = graph.constant dense<1.0> : tensor<2xf32>
    %b = graph.exp %a : tensor<2xf32>
    ```
    After:
    ```mlir
    %b = graph.constant dense<2.71828175> : tensor<2xf32>
    ```
    It refuses ops with effects, ops that say they may not be folded (random draws), mutable parameters, ops with regions that see values
    from outside, and what exceeds a limit: a remark names the limit and the op. A result of more than 1 KiB that is larger than
    `max-growth` times the weights it is computed from stays an expression: it is cheaper to compute than to read.
  }];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", "268435456", "the largest result to compute, in bytes">,
    Option<"maxTotalBytes", "max-total-bytes", "int64_t", "4294967296", "all results of a function together, in bytes">,
    Option<"maxFlops", "max-flops", "int64_t", "2000000000",
           "arithmetic operations and elements written, in a function, by the ops' cost">,
    Option<"maxSeconds", "max-seconds", "double", "60", "time for a function; 0 is no limit">,
    Option<"maxGrowth", "max-growth", "int64_t", "2", "how many times the bytes of its weights a large result may have">
  ];
  let statistics = [Statistic<"numEvaluated", "evaluated", "ops evaluated">, Statistic<"numConstants", "constants", "constants made">];
  let dependentDialects = ["::graphopt::graph::GraphDialect", "::mlir::arith::ArithDialect"];
}

def GraphDcePass : Pass<"graph-dce", "::mlir::ModuleOp"> {
  let summary = "remove what no result and no effect depends on";
  let description = [{
    Removes pure ops without users, arguments and results of private functions that nobody needs, private functions that nobody calls, and
    parameters that nobody reads.

    Before:
    ```mlir
    func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = graph.exp %x : tensor<4xf32>
      return %x : tensor<4xf32>
    }
    ```
    After:
    ```mlir
    func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
      return %x : tensor<4xf32>
    }
    ```
    It keeps the signature of public functions, of functions that are named otherwise than by a call, and of declarations; mutable
    parameters; parameters that an argument's `graph.weight` names; and every op whose effects are not known. A call of a function that has
    no effect and calls nothing recursively is as pure as an op.
  }];
  let statistics = [Statistic<"numOps", "ops", "ops removed">, Statistic<"numArguments", "arguments", "function arguments removed">,
                    Statistic<"numResults", "results", "function results removed">,
                    Statistic<"numSymbols", "symbols", "functions and parameters removed">];
}

def GraphCsePass : Pass<"graph-cse", "::mlir::func::FuncOp"> {
  let summary = "compute equal expressions once";
  let description = [{
    Two pure ops of one name with equal attributes, operands and result types are one: the later is replaced by the earlier, in the same
    block or one around it. The operands of commutative ops may be swapped.

    Before:
    ```mlir
    %a = graph.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    %b = graph.add %y, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    ```
    After: only `%a`, in place of `%b` too.

    It refuses ops with effects, and does not look across blocks of which neither contains the other.
  }];
  let statistics = [Statistic<"numRemoved", "removed", "ops removed">];
}

def GraphCanonicalizePass : Pass<"graph-canonicalize", "::mlir::func::FuncOp"> {
  let summary = "apply the folds and canonicalisations of every op, and simplify by symbolic sizes";
  let description = [{
    One walk in program order applies folds and canonicalisation patterns of the ops that there are; what a pattern builds is visited at
    once. Another round follows while something changed, `max-rounds` at most, so that time stays linear. A symbolic analysis of sizes
    removes reshapes and broadcasts to the shape that a value has already, and replaces `tensor.dim` by a number or by a size of an earlier
    value.

    Before, with `graph.dims = ["batch", 10]` on %x and %n its first size:
    ```mlir
    %y = graph.reshape %x [%n, 10] : tensor<?x10xf32> -> tensor<?x10xf32>
    ```
    After: %x in place of %y.

    It refuses nothing; patterns that would enable each other without end stop at the budget of an op, with a remark.
  }];
  let options = [
    Option<"maxRounds", "max-rounds", "unsigned", "3", "walks over a function, at most">,
    Option<"maxRewrites", "max-rewrites", "unsigned", "64", "rewrites that one op may set off, in one walk">
  ];
  let statistics = [Statistic<"numRewrites", "rewrites", "folds and patterns applied">];
  let dependentDialects = ["::graphopt::graph::GraphDialect", "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def GraphDecomposePass : Pass<"graph-decompose", "::mlir::func::FuncOp"> {
  let summary = "replace composite ops by simpler ones";
  let description = [{
    An op that implements DecomposeOpInterface is replaced by its expansion, and so are composite ops in that. `only` and `except` choose by
    op name, with the dialect.

    Before:
    ```mlir
    %y = graph.softmax %x axis 1 : tensor<4x8xf32>
    ```
    After: `graph.reduce_max`, `graph.sub`, `graph.exp`, `graph.reduce_sum` and `graph.div`.

    An op whose expansion fails stays, and the pass with it: the error tells which. A name that no loaded dialect has is an error.
  }];
  let options = [
    ListOption<"only", "only", "std::string", "decompose these ops alone">,
    ListOption<"except", "except", "std::string", "leave these ops">
  ];
  let statistics = [Statistic<"numDecomposed", "decomposed", "ops replaced">];
  let dependentDialects = ["::graphopt::graph::GraphDialect", "::mlir::tensor::TensorDialect"];
}

def GraphLiftParametersPass : Pass<"graph-lift-parameters", "::mlir::ModuleOp"> {
  let summary = "turn parameters into arguments of the functions that read them";
  let description = [{
    Each function that reads parameters, itself or through the private functions that it calls, gets an argument for each of them behind
    its own, with `graph.weight` and `graph.name` set to the parameter's name. Calls pass the values on. The parameters stay in the module,
    for `graph-bind-parameters`.

    Before:
    ```mlir
    graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
    func.func @f() -> tensor<2xf32> {
      %w = graph.get @w : tensor<2xf32>
      return %w : tensor<2xf32>
    }
    ```
    After:
    ```mlir
    graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
    func.func @f(%w: tensor<2xf32> {graph.name = "w", graph.weight = "w"}) -> tensor<2xf32> {
      return %w : tensor<2xf32>
    }
    ```
    It refuses a function that reads parameters and is named otherwise than by a call, and a read of a name that is no parameter.

    With `mutable-only`, parameters that the model may change become plain inputs, without `graph.weight`: the state, whose new values are
    among the results, is then the caller's to pass from call to call.
  }];
  let options = [Option<"mutableOnly", "mutable-only", "bool", "false", "only mutable parameters, as inputs that the caller gives">];
  let statistics = [Statistic<"numArguments", "arguments", "arguments added">];
  let dependentDialects = ["::graphopt::graph::GraphDialect"];
}

def GraphBindParametersPass : Pass<"graph-bind-parameters", "::mlir::ModuleOp"> {
  let summary = "turn arguments that stand for parameters into reads of them";
  let description = [{
    An argument with `graph.weight` goes, in favour of a read of the parameter of that name, and calls lose the operand.

    Before:
    ```mlir
    graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
    func.func @f(%w: tensor<2xf32> {graph.weight = "w"}) -> tensor<2xf32> {
      return %w : tensor<2xf32>
    }
    ```
    After:
    ```mlir
    graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
    func.func @f() -> tensor<2xf32> {
      %w = graph.get @w : tensor<2xf32>
      return %w : tensor<2xf32>
    }
    ```
    It refuses a weight that the module has no parameter for, one of another type, and a function with such arguments that is named
    otherwise than by a call.
  }];
  let statistics = [Statistic<"numArguments", "arguments", "arguments removed">];
  let dependentDialects = ["::graphopt::graph::GraphDialect"];
}

def GraphRefineShapesPass : Pass<"graph-refine-shapes", "::mlir::ModuleOp"> {
  let summary = "make types as static as the shape rules allow";
  let description = [{
    Sizes flow from arguments through each op's shape rule, index arithmetic and calls; a size that comes out as a number becomes part of
    the type. `sizes` gives numbers to names of `graph.symbols`, which disappear. Result types of functions follow, and results get
    `graph.dims` where each size is a number or a name.

    Before, with `sizes=batch=4`:
    ```mlir
    func.func @f(%x: tensor<?x10xf32> {graph.dims = ["batch", 10]}) -> tensor<?x10xf32> attributes {graph.symbols = {batch = [1, 64]}} {
      %y = graph.exp %x : tensor<?x10xf32>
      return %y : tensor<?x10xf32>
    }
    ```
    After:
    ```mlir
    func.func @f(%x: tensor<4x10xf32> {graph.dims = [4, 10]}) -> (tensor<4x10xf32> {graph.dims = [4, 10]}) {
      %y = graph.exp %x : tensor<4x10xf32>
      return %y : tensor<4x10xf32>
    }
    ```
    Ops without a shape rule, ops with regions, and what is yielded from a region keep their types, by a `tensor.cast`. It refuses a name
    that no function has, and a number outside of the name's range. Functions that call each other in a circle keep their results' types.
  }];
  let options = [ListOption<"sizes", "sizes", "std::string", "NAME=NUMBER, numbers for names of graph.symbols">];
  let statistics = [Statistic<"numRefined", "refined", "values with a more static type">];
  let dependentDialects = ["::graphopt::graph::GraphDialect", "::mlir::tensor::TensorDialect"];
}
