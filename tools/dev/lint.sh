#!/bin/bash
# What a review should not have to say: formatting of everything, clang-tidy of the .cpp files that differ from main.
set -uo pipefail
cd "$(dirname "$0")/../.."
status=0
git ls-files '*.cpp' '*.h' '*.c' | xargs -r clang-format-22 --dry-run --Werror || status=1
.venv-test/bin/ruff check -q . || status=1
.venv-test/bin/ruff format -q --check . || status=1
base=$(git merge-base HEAD "${LINT_BASE:-main}" 2>/dev/null || echo HEAD)
git diff --name-only --diff-filter=d "$base" -- 'dialects/*.cpp' 'passes/*.cpp' 'lib/*.cpp' 'tools/*.cpp' |
  xargs -r -n 1 -P "$(nproc)" clang-tidy-22 --quiet -p build || status=1
exit $status
