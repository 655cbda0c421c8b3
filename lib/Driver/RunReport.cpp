//===- RunReport.cpp ------------------------------------------------------===//
#include "Driver/RunReport.h"
#include "Driver/Inputs.h"
#include "Driver/Output.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include <cmath>
#include <sys/resource.h>

using namespace llvm;
using namespace graphopt;

double RunReport::percentile(double p) const {
  // The nearest rank.
  size_t rank = static_cast<size_t>(std::ceil(p * static_cast<double>(samples.size())));
  return samples[std::min(samples.size() - 1, rank == 0 ? 0 : rank - 1)];
}

static std::string typeText(const TensorValue &value) {
  std::string text;
  raw_string_ostream stream(text);
  value.getType().print(stream);
  return text;
}

/// The steps of compiled code, slowest first.
static void printSteps(raw_ostream &os, std::vector<ProfileStep> steps) {
  double total = 0;
  for (const ProfileStep &step : steps)
    total += step.ms;
  llvm::sort(steps, [](const ProfileStep &a, const ProfileStep &b) { return std::tie(b.ms, a.name) < std::tie(a.ms, b.name); });
  if (!steps.empty())
    os << "step    ms a call   share  of ops\n";
  for (const ProfileStep &step : steps)
    if (step.calls > 0)
      os << "step" << format("%13.4f", step.ms / static_cast<double>(step.calls)) << format("%7.1f", total > 0 ? 100 * step.ms / total : 0)
         << "%  " << step.name << "\n";
}

void RunReport::print(raw_ostream &os, const RunRequest &request) const {
  // Written outputs are in their files.
  if (request.outputs.empty() && !request.benchmarkSeconds && !request.quiet)
    for (const Port &port : outputs)
      os << port.name << " : " << typeText(port.value) << " = " << previewTensor(port.value) << "\n";
  for (const Check &check : checks)
    if (check.equal && !request.quiet)
      os << "check " << check.output << (check.allNaN ? ": NaN everywhere, error " : ": equal, error ") << format("%.2g", check.error)
         << "\n";
  if (!samples.empty())
    os << "time a call: median " << format("%.4g", percentile(0.5)) << " ms, p5 " << format("%.4g", percentile(0.05)) << " ms, p95 "
       << format("%.4g", percentile(0.95)) << " ms, " << samples.size() << " calls\n";
  if (request.profile) {
    for (const Phase &phase : phases)
      os << "phase " << left_justify(phase.name, 10) << format("%10.3f", phase.ms) << " ms\n";
    printSteps(os, steps);
  }
  if (request.verbose && totalOps >= 0)
    os << "compiled ops: " << compiledOps << " of " << totalOps << (cacheHits > 0 ? ", from the cache" : "") << "\n";
}

static void printPorts(json::OStream &j, ArrayRef<RunReport::Port> ports) {
  for (const RunReport::Port &port : ports)
    j.object([&] {
      j.attribute("name", port.name);
      std::string element;
      raw_string_ostream stream(element);
      port.value.getElementType().print(stream);
      j.attribute("dtype", element);
      j.attributeArray("shape", [&] {
        for (int64_t size : port.value.getShape())
          j.value(size);
      });
      j.attribute("bytes", port.value.getByteSize());
    });
}

static void known(json::OStream &j, StringRef key, int64_t value) {
  if (value >= 0)
    j.attribute(key, value);
}

/// JSON has no infinity and no NaN.
static json::Value numberOrNull(double value) { return std::isfinite(value) ? json::Value(value) : json::Value(nullptr); }

void RunReport::printJson(raw_ostream &os) const {
  json::OStream j(os, 2);
  j.object([&] {
    j.attribute("version", 1);
    j.attribute("target", target);
    j.attribute("function", function);
    j.attributeArray("inputs", [&] { printPorts(j, inputs); });
    j.attributeArray("outputs", [&] { printPorts(j, outputs); });
    j.attributeObject("phases_ms", [&] {
      for (const Phase &phase : phases)
        j.attribute(phase.name, phase.ms);
    });
    if (!steps.empty())
      j.attributeArray("steps", [&] {
        for (const ProfileStep &step : steps)
          j.object([&] {
            j.attribute("ops", step.name);
            j.attribute("calls", step.calls);
            j.attribute("ms", step.calls > 0 ? step.ms / static_cast<double>(step.calls) : 0.0);
          });
      });
    if (totalOps >= 0)
      j.attributeObject("compiled", [&] {
        j.attribute("total_ops", totalOps);
        j.attribute("compiled_ops", compiledOps);
        j.attribute("from_cache", cacheHits > 0);
        known(j, "object_bytes", objectBytes);
      });
    if (!checks.empty())
      j.attributeArray("checks", [&] {
        for (const Check &check : checks)
          j.object([&] {
            j.attribute("output", check.output);
            j.attribute("equal", check.equal);
            j.attribute("error", numberOrNull(check.error)); // a difference in shape, or a NaN, has no size
            j.attribute("all_nan", check.allNaN);
          });
      });
    if (!epochs.empty())
      j.attributeObject("training", [&] {
        j.attributeArray("epochs", [&] {
          for (const Epoch &epoch : epochs)
            j.object([&] {
              j.attribute("loss", numberOrNull(epoch.loss));
              if (epoch.accuracy)
                j.attribute("accuracy", *epoch.accuracy);
            });
        });
        j.attributeArray("losses", [&] {
          for (double loss : losses)
            j.value(numberOrNull(loss));
        });
      });
    if (!samples.empty())
      j.attributeObject("benchmark", [&] {
        j.attribute("calls", static_cast<int64_t>(samples.size()));
        j.attribute("median_ms", percentile(0.5));
        j.attribute("p5_ms", percentile(0.05));
        j.attribute("p95_ms", percentile(0.95));
      });
  });
  os << "\n";
}

Error graphopt::writeMemoryReport(const RunReport &report, StringRef path) {
  Expected<OutputFile> out = OutputFile::open(path);
  if (!out)
    return out.takeError();
  auto total = [](ArrayRef<RunReport::Port> ports) {
    int64_t bytes = 0;
    for (const RunReport::Port &port : ports)
      bytes += port.value.getByteSize();
    return bytes;
  };
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  json::OStream j(out->os(), 2);
  j.object([&] {
    j.attribute("version", 1);
    j.attribute("function", report.function);
    j.attribute("target", report.target);
    j.attribute("input_bytes", total(report.inputs));
    j.attribute("output_bytes", total(report.outputs));
    known(j, "weight_bytes", report.weightBytes);
    known(j, "arena_bytes", report.arenaBytes);
    j.attribute("peak_resident_bytes", static_cast<int64_t>(usage.ru_maxrss) * 1024);
  });
  out->os() << "\n";
  return out->keep();
}
