// RUN: graph-opt %s --graph-return-status --verify-diagnostics

func.func @nested(%a: i1) {
  scf.if %a {
    // expected-error @below {{expected control flow as branches}}
    cf.assert %a, "first"
  }
  return
}
