//===- CheckOps.td - what executable tests assert with --------------------===//
#ifndef CHECK_OPS_TD
#define CHECK_OPS_TD

include "mlir/IR/OpBase.td"
include "graph-opt/Dialect/Graph/GraphInterfaces.td"

def Check_Dialect : Dialect {
  let name = "check";
  let cppNamespace = "::graphopt::check";
  let summary = "assertions of executable tests";
  let description = [{
    Functions without arguments that end in these ops are tests: `--graph-interpret` runs them, and fails where one does not hold. The ops
    have effects, so that no pass drops or moves them.
  }];
}

/// An assertion: evaluate() emits the error.
class Check_Op<string mnemonic, list<Trait> traits = []>
    : Op<Check_Dialect, mnemonic, traits # [DeclareOpInterfaceMethods<EvaluateOpInterface>]>;

def Check_ExpectCloseOp : Check_Op<"expect_close", [SameTypeOperands]> {
  let summary = "the numbers are close to the expected ones";
  let description = [{
    Holds where `max |actual - expected| <= max(atol, rtol * max |expected|)`, NaNs are in the same places and infinities are equal. Where
    absent, both tolerances are those of the element type: 1e-5 for f32, 1e-10 for f64, 2e-3 for f16, 2e-2 for bf16. Integers are equal.

    ```mlir
    check.expect_close %y, %expected {atol = 1.0e-3} : tensor<4xf32>
    ```
  }];
  let arguments = (ins AnyType:$actual, AnyType:$expected, OptionalAttr<F64Attr>:$rtol, OptionalAttr<F64Attr>:$atol);
  let assemblyFormat = "$actual `,` $expected attr-dict `:` type($actual)";
  let hasVerifier = 1;
}

def Check_ExpectEqOp : Check_Op<"expect_eq", [SameTypeOperands]> {
  let summary = "the numbers are the expected ones";
  let description = [{
    Holds where every element equals the expected one; a NaN equals a NaN, and the zeros equal each other.

    ```mlir
    check.expect_eq %y, %expected : tensor<4xi64>
    ```
  }];
  let arguments = (ins AnyType:$actual, AnyType:$expected);
  let assemblyFormat = "$actual `,` $expected attr-dict `:` type($actual)";
}

def Check_ExpectTrueOp : Check_Op<"expect_true"> {
  let summary = "every element is true";
  let description = [{
    ```mlir
    check.expect_true %same : tensor<4xi1>
    ```
  }];
  let arguments = (ins AnyTypeOf<[I1, RankedTensorOf<[I1]>]>:$condition);
  let assemblyFormat = "$condition attr-dict `:` type($condition)";
}

#endif // CHECK_OPS_TD
