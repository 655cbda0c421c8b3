"""docs/add-an-op.md and docs/add-a-pass.md, followed literally on a copy of the tree; and the generated pages, which are in step.

A block of a guide does what its info string says: write=FILE, append=FILE, replace=NAME in=FILE (a .td definition), or run.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(command: str, folder: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "GRAPHOPT_BUILD"}
    result = subprocess.run(command, shell=True, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert result.returncode == 0, f"$ {command}\n{result.stdout[-8000:]}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the files of the tree, built from the compiler cache."""
    copy = tmp_path_factory.mktemp("guides") / "graph-opt"
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).exists():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv-test").symlink_to(ROOT / ".venv-test")
    run("git init -q . && git add -A", copy)  # the structure test asks git what is in the tree
    # What the scaffolders write, unchanged: built along with the guides.
    run("tools/dev/new-op.py Untouched && tools/dev/new-pass.py Graph Untouched", copy)
    return copy


def follow(guide: str, tree: Path) -> int:
    steps = 0
    text = (tree / "docs" / guide).read_text()
    for language, action, content in re.findall(r"^```(\w+) (\S.*)\n((?:.*\n)*?)^```$", text, re.MULTILINE):
        fields = dict(item.partition("=")[::2] for item in action.split())
        steps += 1
        if "run" in fields:
            assert language == "sh"
            for command in content.splitlines():
                run(command, tree)
        elif "write" in fields:
            (tree / fields["write"]).write_text(content)
        elif "append" in fields:
            path = tree / fields["append"]
            path.write_text(path.read_text() + content)
        else:
            path = tree / fields["in"]
            definition = re.compile(rf"^def {fields['replace']} (?:.*\n)*?^}}\n", re.MULTILINE)
            replaced, count = definition.subn(content.replace("\\", r"\\"), path.read_text())
            assert count == 1, f"expected one definition of {fields['replace']} in {fields['in']}"
            path.write_text(replaced)
    return steps


@pytest.mark.parametrize("guide, steps", [("add-an-op.md", 10), ("add-a-pass.md", 5)])
def test_guide_works_as_it_is_written(guide, steps, tree):
    assert follow(guide, tree) == steps


def test_what_the_scaffolders_write_passes_its_tests(tree):
    run("make check FILTER=untouched", tree)


def test_pages_are_in_step():
    run("tools/dev/gen-docs.py --check", ROOT)


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
