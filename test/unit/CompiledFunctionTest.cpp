// Compiled code behind the C ABI. The lowering is given by hand, in the form that graph-cpu-pipeline leaves, so that this holds the
// wrappers, the runtime and the cache alone.
#include "graph-opt/Execution/CompiledFunction.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Registration.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <sys/stat.h>
#include <thread>

using namespace graphopt;

namespace {
std::string loweredText;
int passRuns = 0;

/// Puts `loweredText` in place of the functions of the module; parameters stay.
struct ReplaceModulePass : mlir::PassWrapper<ReplaceModulePass, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ReplaceModulePass)
  llvm::StringRef getArgument() const override { return "test-replace-module"; }
  void runOnOperation() override {
    ++passRuns;
    mlir::OwningOpRef<mlir::ModuleOp> lowered = mlir::parseSourceString<mlir::ModuleOp>(loweredText, &getContext());
    if (!lowered)
      return signalPassFailure();
    for (auto function : llvm::make_early_inc_range(getOperation().getOps<mlir::FunctionOpInterface>()))
      function->erase();
    getOperation().getBody()->getOperations().splice(getOperation().getBody()->end(), lowered->getBody()->getOperations());
  }
};

template <typename T> T unwrap(llvm::Expected<T> value) {
  if (!value)
    ADD_FAILURE() << llvm::toString(value.takeError());
  return std::move(*value);
}

class CompiledFunctionTest : public testing::Test {
protected:
  static void SetUpTestSuite() {
    registerAllPasses();
    mlir::PassRegistration<ReplaceModulePass>();
  }

  CompiledFunction compileText(llvm::StringRef source, llvm::StringRef lowered, CompileOptions options = {}) {
    if (options.cache.empty())
      options.cache = "off";
    options.pipeline = "";
    options.lowering = "test-replace-module";
    loweredText = lowered.str();
    modules.push_back(unwrap(Module::parse(source)));
    return unwrap(compile(modules.back().get(), options));
  }

  TensorValue tensor(llvm::ArrayRef<float> values, llvm::ArrayRef<int64_t> shape) {
    TensorValue value(mlir::Float32Type::get(modules.back().getContext()), shape);
    llvm::copy(values, value.getMutable<float>().begin());
    return value;
  }

  std::vector<Module> modules;
};

// y[b] = sum over i of x[b, i] * w[i], w prepared as 2 * weight, by a parallel loop with scratch in the arena.
constexpr llvm::StringLiteral dotSource(R"(
graph.parameter @weight : tensor<3xf32> = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
func.func @dot(%x: tensor<?x3xf32> {graph.name = "x", graph.dims = ["batch", 3]},
               %scale: tensor<?xf32> {graph.name = "scale", graph.dims = ["batch"]}) -> (tensor<?xf32> {graph.name = "y"})
    attributes {graph.symbols = {batch = [0, 1000]}} {
  return %scale : tensor<?xf32>
})");
constexpr llvm::StringLiteral dotLowered(R"(
func.func private @go_worker() -> index
func.func @dot(%ctx: !llvm.ptr {graph.ctx}, %x: memref<?x3xf32>, %scale: memref<?xf32>, %w: memref<3xf32> {graph.prepared = 0 : i64},
               %y: memref<?xf32> {graph.result = 0 : i64}, %arena: memref<?xi8> {graph.arena}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?x3xf32>
  scf.parallel (%b) = (%c0) to (%n) step (%c1) {
    %worker = func.call @go_worker() : () -> index
    %offset = arith.muli %worker, %c64 : index
    %scratch = memref.view %arena[%offset][] : memref<?xi8> to memref<1xf32>
    memref.store %zero, %scratch[%c0] : memref<1xf32>
    scf.for %i = %c0 to %c3 step %c1 {
      %xv = memref.load %x[%b, %i] : memref<?x3xf32>
      %wv = memref.load %w[%i] : memref<3xf32>
      %p = arith.mulf %xv, %wv : f32
      %old = memref.load %scratch[%c0] : memref<1xf32>
      %sum = arith.addf %old, %p : f32
      memref.store %sum, %scratch[%c0] : memref<1xf32>
    }
    %s = memref.load %scale[%b] : memref<?xf32>
    %nonnegative = arith.cmpf oge, %s, %zero : f32
    cf.assert %nonnegative, "expected scales that are not negative"
    %total = memref.load %scratch[%c0] : memref<1xf32>
    %scaled = arith.mulf %total, %s : f32
    memref.store %scaled, %y[%b] : memref<?xf32>
    scf.reduce
  } {graph.grain = 4 : i64}
  return
}
func.func @dot_shapes(%x0: index, %scale0: index) -> index {
  %c900 = arith.constant 900 : index
  %ok = arith.cmpi sle, %x0, %c900 : index
  cf.assert %ok, "expected at most 900 rows"
  return %x0 : index
}
func.func @dot_arena(%x0: index, %scale0: index, %threads: index) -> index {
  %c64 = arith.constant 64 : index
  %bytes = arith.muli %threads, %c64 : index
  return %bytes : index
}
func.func @dot_prepare(%ctx: !llvm.ptr {graph.ctx}, %w: memref<3xf32> {graph.weight = "weight"},
                       %packed: memref<3xf32> {graph.result = 0 : i64}, %arena: memref<?xi8> {graph.arena}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  scf.for %i = %c0 to %c3 step %c1 {
    %v = memref.load %w[%i] : memref<3xf32>
    %double = arith.addf %v, %v : f32
    memref.store %double, %packed[%i] : memref<3xf32>
  }
  return
}
func.func @dot_prepare_arena(%threads: index) -> index {
  %c0 = arith.constant 0 : index
  return %c0 : index
})");

std::vector<float> range(int64_t n) {
  std::vector<float> values(n);
  for (int64_t i = 0; i < n; ++i)
    values[i] = static_cast<float>(i % 17) - 8;
  return values;
}

TEST_F(CompiledFunctionTest, RunsAndIsTheSameForAnyNumberOfThreads) {
  for (int64_t n : {0, 1, 7, 500}) {
    std::vector<float> x = range(n * 3), scale(n, 0.5f), first;
    for (int threads : {1, 2, 3}) {
      CompileOptions options;
      options.threads = threads;
      CompiledFunction dot = compileText(dotSource, dotLowered, options);
      auto results = unwrap(dot.run({tensor(x, {n, 3}), tensor(scale, {n})}));
      ASSERT_EQ(results.size(), 1u);
      ASSERT_EQ(results[0].getShape(), llvm::ArrayRef<int64_t>({n}));
      llvm::ArrayRef<float> y = results[0].get<float>();
      for (int64_t b = 0; b < n; ++b)
        EXPECT_EQ(y[b], x[b * 3] + 2 * x[b * 3 + 1] + 3 * x[b * 3 + 2]);
      EXPECT_EQ(dot.stats().compiledOps, dot.stats().totalOps);
      EXPECT_EQ(dot.stats().arenaBytes, -1);
    }
  }
}

TEST_F(CompiledFunctionTest, OneContextServesManyThreads) {
  CompiledFunction dot = compileText(dotSource, dotLowered);
  std::vector<float> x = range(300);
  TensorValue xs = tensor(x, {100, 3}), scale = tensor(std::vector<float>(100, 1.0f), {100});
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int repeat = 0; repeat < 50; ++repeat) {
        auto results = dot.run({xs, scale});
        if (!results) {
          llvm::consumeError(results.takeError());
          ++wrong;
          continue;
        }
        for (int64_t b = 0; b < 100; ++b)
          wrong += (*results)[0].get<float>()[b] != 2 * (x[b * 3] + 2 * x[b * 3 + 1] + 3 * x[b * 3 + 2]);
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(CompiledFunctionTest, RunRefusesWhatDoesNotFit) {
  CompiledFunction dot = compileText(dotSource, dotLowered);
  TensorValue x = tensor(range(6), {2, 3}), scale = tensor({1, 1}, {2});
  auto refusal = [&](llvm::ArrayRef<TensorValue> arguments) {
    auto results = dot.run(arguments);
    return results ? "success" : llvm::toString(results.takeError());
  };
  EXPECT_EQ(refusal({x}), "expected 2 inputs, got 1");
  EXPECT_EQ(refusal({x, TensorValue()}), "expected a value for input 'scale', got none");
  EXPECT_EQ(refusal({scale, scale}), "expected sizes [?, 3] for input 'x', got [2]");
  EXPECT_EQ(refusal({tensor(range(8), {2, 4}), scale}), "expected sizes [?, 3] for input 'x', got [2, 4]");
  TensorValue wrong(mlir::Float64Type::get(modules.back().getContext()), {2});
  EXPECT_EQ(refusal({x, wrong}), "expected dtype f32 for input 'scale', got f64");
  EXPECT_EQ(refusal({x, tensor({1, 1, 1}, {3})}),
            "expected dimension 0 of input 'scale' to equal dimension 0 of input 'x', both are 'batch'");
  EXPECT_EQ(refusal({x, tensor({1, -1}, {2})}), "expected scales that are not negative");
  EXPECT_EQ(refusal({tensor(range(901 * 3), {901, 3}), tensor(std::vector<float>(901, 1), {901})}), "expected at most 900 rows");
  EXPECT_EQ(refusal({tensor(range(1001 * 3), {1001, 3}), tensor(std::vector<float>(1001, 1), {1001})}),
            "expected 'batch' from 0 to 1000 in dimension 0 of input 'x'");
  EXPECT_EQ(refusal({x, scale}), "success");
}

TEST_F(CompiledFunctionTest, CallReturnsAStatusForEachWrongTensor) {
  CompiledFunction dot = compileText(dotSource, dotLowered);
  const go_function &info = dot.getFunction();
  alignas(8) float x[9] = {}, scale[2] = {1, 1}, y[2];
  int64_t xs[] = {2, 3}, ss[] = {2}, ys[] = {2}, strides[] = {3, 1}, wide[] = {4, 1};
  const go_tensor goodIn[] = {{x, GO_F32, 2, xs, nullptr}, {scale, GO_F32, 1, ss, nullptr}};
  const go_tensor goodOut[] = {{y, GO_F32, 1, ys, nullptr}};
  go_tensor in[2], out[1];
  auto reset = [&] {
    std::copy(goodIn, goodIn + 2, in);
    std::copy(goodOut, goodOut + 1, out);
  };
  auto message = [&] {
    std::string text = go_status_message(&info, dot.call(in, out));
    reset();
    return text;
  };
  reset();
  EXPECT_EQ(message(), "ok");
  in[0].strides = strides;
  EXPECT_EQ(message(), "ok");
  in[0].strides = wide;
  EXPECT_EQ(message(), "expected row-major contiguous strides for input 'x': copy it first");
  in[0].dtype = GO_I32;
  EXPECT_EQ(message(), "expected dtype f32 for input 'x'");
  in[0].rank = 1;
  EXPECT_EQ(message(), "expected rank 2 for input 'x'");
  in[0].sizes = ys;
  in[0].sizes = nullptr;
  EXPECT_EQ(message(), "expected sizes for input 'x', got null");
  int64_t four[] = {2, 4}, negative[] = {-2}, three[] = {3};
  in[0].sizes = four;
  EXPECT_EQ(message(), "expected size 3 in dimension 1 of input 'x'");
  in[1].sizes = negative;
  EXPECT_EQ(message(), "expected a size from 0 to 2147483647 in dimension 0 of input 'scale'");
  in[0].data = nullptr;
  EXPECT_EQ(message(), "expected data for input 'x', got null");
  in[0].data = reinterpret_cast<char *>(x) + 1;
  EXPECT_EQ(message(), "expected data aligned to its element size, 4, for input 'x'");
  out[0].sizes = three;
  EXPECT_EQ(message(), "expected the size that dot_shapes gives in dimension 0 of result 'y'");
  out[0].data = nullptr;
  EXPECT_EQ(message(), "expected data for result 'y', got null");
  EXPECT_EQ(std::string(go_status_message(&info, dot.call(nullptr, out))), "expected inputs, got null");
  EXPECT_EQ(std::string(go_status_message(&info, dot.call(in, nullptr))), "expected results, got null");
  EXPECT_EQ(info.call(nullptr, in, out), GO_ERROR_CONTEXT);
  EXPECT_EQ(std::string(go_status_message(&info, 12345)), "unknown status");
}

TEST_F(CompiledFunctionTest, ContextsNeedTheirWeights) {
  CompiledFunction dot = compileText(dotSource, dotLowered);
  const go_function &info = dot.getFunction();
  ASSERT_EQ(info.weight_count, 1);
  go_ctx *context = nullptr;
  ASSERT_EQ(go_ctx_create(&info, nullptr, &context), GO_OK);
  float x[3] = {1, 1, 1}, scale[1] = {1}, y[1] = {0}, w[4] = {1, 1, 1, 1};
  int64_t xs[] = {1, 3}, ss[] = {1}, ws[] = {3}, ws4[] = {4};
  go_tensor in[] = {{x, GO_F32, 2, xs, nullptr}, {scale, GO_F32, 1, ss, nullptr}}, out[] = {{y, GO_F32, 1, ss, nullptr}};
  EXPECT_EQ(info.call(context, in, out), GO_ERROR_CONTEXT);
  EXPECT_EQ(go_ctx_prepare(context), GO_ERROR_WEIGHT);
  go_tensor weight = {w, GO_F32, 1, ws4, nullptr};
  EXPECT_EQ(go_ctx_set_weight(context, "weight", &weight), GO_ERROR_WEIGHT);
  weight.sizes = ws;
  EXPECT_EQ(go_ctx_set_weight(context, "other", &weight), GO_ERROR_WEIGHT);
  EXPECT_EQ(go_ctx_set_weight(context, "weight", &weight), GO_OK);
  EXPECT_EQ(go_ctx_prepare(context), GO_OK);
  EXPECT_EQ(info.call(context, in, out), GO_OK);
  EXPECT_EQ(y[0], 6);
  go_ctx_destroy(context);

  // Another function's context is refused.
  CompiledFunction again = compileText(dotSource, dotLowered);
  EXPECT_EQ(info.call(again.getContext(), in, out), GO_ERROR_CONTEXT);
}

TEST_F(CompiledFunctionTest, ShapesGivesSizesAndArena) {
  CompiledFunction dot = compileText(dotSource, dotLowered);
  int64_t xs[] = {5, 3}, ss[] = {5}, ys[1] = {0}, arena = 0;
  go_tensor in[] = {{nullptr, GO_F32, 2, xs, nullptr}, {nullptr, GO_F32, 1, ss, nullptr}}, out[] = {{nullptr, 0, 0, ys, nullptr}};
  EXPECT_EQ(dot.getFunction().shapes(in, out, &arena), GO_OK);
  EXPECT_EQ(ys[0], 5);
  EXPECT_EQ(out[0].dtype, GO_F32);
  EXPECT_EQ(out[0].rank, 1);
  EXPECT_EQ(arena, 64);
}

TEST_F(CompiledFunctionTest, TheAllocatorMayFail) {
  CompiledFunction dot = compileText(dotSource, dotLowered);
  const go_function &info = dot.getFunction();
  static int left;
  go_options options = {1,
                        [](void *, int64_t bytes, int64_t alignment) -> void * {
                          return left-- > 0 ? aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment) : nullptr;
                        },
                        [](void *, void *memory) { free(memory); }, nullptr};
  float w[3] = {1, 1, 1}, x[3] = {1, 1, 1}, scale[1] = {1}, y[1];
  int64_t ws[] = {3}, xs[] = {1, 3}, ss[] = {1};
  go_tensor weight = {w, GO_F32, 1, ws, nullptr};
  go_tensor in[] = {{x, GO_F32, 2, xs, nullptr}, {scale, GO_F32, 1, ss, nullptr}}, out[] = {{y, GO_F32, 1, ss, nullptr}};
  go_ctx *context = nullptr;
  ASSERT_EQ(go_ctx_create(&info, &options, &context), GO_OK);
  ASSERT_EQ(go_ctx_set_weight(context, "weight", &weight), GO_OK);
  left = 0;
  EXPECT_EQ(go_ctx_prepare(context), GO_ERROR_MEMORY);
  left = 1;
  EXPECT_EQ(go_ctx_prepare(context), GO_OK);
  EXPECT_EQ(info.call(context, in, out), GO_ERROR_MEMORY);
  left = 1;
  EXPECT_EQ(info.call(context, in, out), GO_OK);
  EXPECT_EQ(info.call(context, in, out), GO_OK); // the arena is kept
  go_ctx_destroy(context);
}

TEST_F(CompiledFunctionTest, BuffersOfUnplannedSizeAreFreed) {
  CompiledFunction copy = compileText("func.func @copy(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }", R"(
    func.func @copy(%ctx: !llvm.ptr {graph.ctx}, %x: memref<?xf32>, %y: memref<?xf32> {graph.result = 0 : i64},
                    %arena: memref<?xi8> {graph.arena}) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %zero = arith.constant 0.0 : f32
      %n = memref.dim %x, %c0 : memref<?xf32>
      %buffer = memref.alloc(%n) {alignment = 64 : i64} : memref<?xf32>
      %again = memref.alloc(%n) {alignment = 64 : i64} : memref<?xf32>
      memref.copy %x, %buffer : memref<?xf32> to memref<?xf32>
      memref.copy %buffer, %again : memref<?xf32> to memref<?xf32>
      %first = memref.load %again[%c0] : memref<?xf32>
      %ok = arith.cmpf oge, %first, %zero : f32
      cf.assert %ok, "expected a first element that is not negative"
      memref.copy %again, %y : memref<?xf32> to memref<?xf32>
      return
    }
    func.func @copy_shapes(%n: index) -> index { return %n : index }
    func.func @copy_arena(%n: index, %threads: index) -> index { %c0 = arith.constant 0 : index return %c0 : index })");
  static int live, left;
  go_options options = {1,
                        [](void *, int64_t bytes, int64_t alignment) -> void * {
                          if (left-- <= 0)
                            return nullptr;
                          ++live;
                          return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
                        },
                        [](void *, void *memory) {
                          --live;
                          free(memory);
                        },
                        nullptr};
  const go_function &info = copy.getFunction();
  go_ctx *context = nullptr;
  left = 100;
  ASSERT_EQ(go_ctx_create(&info, &options, &context), GO_OK);
  float x[4] = {1, 2, 3, 4}, y[4];
  int64_t sizes[] = {4};
  go_tensor in = {x, GO_F32, 1, sizes, nullptr}, out = {y, GO_F32, 1, sizes, nullptr};
  ASSERT_EQ(info.call(context, &in, &out), GO_OK);
  EXPECT_EQ(y[3], 4);
  EXPECT_EQ(live, 1); // the arena, which is kept
  x[0] = -1;
  EXPECT_EQ(std::string(go_status_message(&info, info.call(context, &in, &out))), "expected a first element that is not negative");
  EXPECT_EQ(live, 1);
  for (left = 0; left < 2;) {
    int first = left;
    EXPECT_EQ(info.call(context, &in, &out), GO_ERROR_MEMORY);
    EXPECT_EQ(live, 1);
    left = first + 1;
  }
  go_ctx_destroy(context);
  EXPECT_EQ(live, 0);
}

class CacheTest : public CompiledFunctionTest {
protected:
  void SetUp() override {
    llvm::sys::fs::createUniqueDirectory("graph-opt-cache", directory);
    llvm::sys::path::append(directory, "made", "here");
    options.cache = std::string(directory);
  }
  std::vector<std::string> entries() {
    std::vector<std::string> paths;
    std::error_code failed;
    for (llvm::sys::fs::directory_iterator it(directory, failed), end; it != end && !failed; it.increment(failed))
      paths.push_back(it->path());
    return paths;
  }
  llvm::SmallString<128> directory;
  CompileOptions options;
};

TEST_F(CacheTest, ASecondRunCompilesNothing) {
  CompiledFunction first = compileText(dotSource, dotLowered, options);
  EXPECT_EQ(first.stats().cacheHits, 0);
  ASSERT_EQ(entries().size(), 1u);
  struct stat status;
  ASSERT_EQ(stat(directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
  ASSERT_EQ(stat(entries()[0].c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0077, 0u);

  int runs = passRuns;
  CompiledFunction second = compileText(dotSource, dotLowered, options);
  EXPECT_EQ(second.stats().cacheHits, 1);
  EXPECT_EQ(passRuns, runs);
  EXPECT_EQ(second.stats().compiledOps, second.stats().totalOps);
  auto results = unwrap(second.run({tensor({1, 1, 1}, {1, 3}), tensor({1}, {1})}));
  EXPECT_EQ(results[0].get<float>()[0], 12);

  // Other options, and another module, are another entry.
  CompileOptions other = options;
  other.cpu = "x86-64";
  EXPECT_EQ(compileText(dotSource, dotLowered, other).stats().cacheHits, 0);
  std::string changed = llvm::StringRef(dotSource).str();
  changed.replace(changed.find("1.0, 2.0"), 8, "1.0, 2.5");
  EXPECT_EQ(compileText(changed, dotLowered, options).stats().cacheHits, 0);
  EXPECT_EQ(entries().size(), 3u);
}

TEST_F(CacheTest, ADamagedEntryIsCompiledAgain) {
  compileText(dotSource, dotLowered, options);
  std::string path = entries().at(0);
  for (int64_t at : {0, 40, 200}) {
    FILE *file = fopen(path.c_str(), "r+b");
    fseek(file, at, SEEK_SET);
    fputc(0x5a, file);
    fclose(file);
    EXPECT_EQ(compileText(dotSource, dotLowered, options).stats().cacheHits, 0) << at;
    EXPECT_EQ(compileText(dotSource, dotLowered, options).stats().cacheHits, 1) << at;
  }
  ASSERT_EQ(truncate(path.c_str(), 100), 0);
  EXPECT_EQ(compileText(dotSource, dotLowered, options).stats().cacheHits, 0);
}

TEST_F(CacheTest, AFolderThatOthersMayWriteIsRefused) {
  compileText(dotSource, dotLowered, options);
  ASSERT_EQ(chmod(directory.c_str(), 0777), 0);
  options.lowering = "test-replace-module";
  options.pipeline = "";
  auto refused = compile(modules.back().get(), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(llvm::toString(refused.takeError()),
            "expected the cache '" + std::string(directory) + "' to be a folder that the user owns with mode 0700: it holds code");
}
} // namespace
