// RUN: graph-opt %s --graph-gpu-drop-timings | FileCheck %s

// CHECK: gpu.binary @kernel [#gpu.object<#nvvm.target<chip = "sm_90">, properties = {O = 3 : i32}, assembly = ".version 8.0">]
gpu.binary @kernel [#gpu.object<#nvvm.target<chip = "sm_90">, properties = {LLVMIRToISATimeInMs = 14 : i64, O = 3 : i32}, assembly = ".version 8.0">]
// CHECK: gpu.binary @bare [#gpu.object<#nvvm.target<chip = "sm_90">, bin = "">]
gpu.binary @bare [#gpu.object<#nvvm.target<chip = "sm_90">, bin = "">]
