"""Walls that import-linter cannot see: no import circle anywhere, SQL statements in stores only.

Every import counts, in functions and for annotations as well.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("detector", "models", "training", "service")
STATEMENTS = {"select", "insert", "update", "delete", "text"}
"""What SQLAlchemy makes SQL statements with."""
STORES = {"store", "records", "tables", "sealing", "verification"}
"""Modules that may hold SQL, by their name's last word; what seals rows or compares them with their
seals reads any table."""


def modules(root, packages=PACKAGES):
    """Return every module's path by its dotted name."""
    found = {}
    for package in packages:
        for path in (root / package).rglob("*.py"):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root, packages=PACKAGES):
    """Return which modules each module imports."""
    known = modules(root, packages)
    graph = {}
    for name, path in known.items():
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        wanted = {one for node in nodes_of(path) for one in named_by(node, package, known)}
        graph[name] = wanted & known.keys() - {name}
    return graph


def nodes_of(path):
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def named_by(node, package, known):
    """Return the modules that an import statement names, submodules rather than packages."""
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if not isinstance(node, ast.ImportFrom):
        return set()
    above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    inside = {f"{base}.{alias.name}" for alias in node.names}
    return {one if one in known else base for one in inside}


def circles(graph):
    """Return the modules that can reach themselves: whatever is left when ends are taken away."""
    left = {name: set(wanted) for name, wanted in graph.items()}
    while ends := {name for name, wanted in left.items() if not wanted & left.keys()}:
        left = {name: wanted for name, wanted in left.items() if name not in ends}
    while starts := left.keys() - {one for wanted in left.values() for one in wanted}:
        left = {name: wanted for name, wanted in left.items() if name not in starts}
    return sorted(left)


def is_store(path):
    return path.stem.rpartition("_")[2] in STORES


def makes_statements(path):
    return any(
        isinstance(node, ast.ImportFrom)
        and (node.module or "").split(".")[0] == "sqlalchemy"
        and STATEMENTS & {alias.name for alias in node.names}
        for node in nodes_of(path)
    )


def test_no_module_imports_itself_by_any_way_round():
    assert set(circles(imports(ROOT))) == set()


@pytest.mark.parametrize(
    "back",
    [
        "import box.a",
        "from box import a",
        "from . import a",
        "def late():\n    from box.a import x",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from box.a import x",
    ],
)
def test_a_circle_is_found_however_it_is_written(tmp_path, back):
    box = tmp_path / "box"
    box.mkdir()
    for name, text in {"__init__": "", "a": "from box import b", "c": "import box.a"}.items():
        (box / f"{name}.py").write_text(text, encoding="utf-8")
    (box / "b.py").write_text("", encoding="utf-8")
    assert circles(imports(tmp_path, ["box"])) == []
    (box / "b.py").write_text(back, encoding="utf-8")
    assert circles(imports(tmp_path, ["box"])) == ["box.a", "box.b"]


def test_only_stores_records_tables_and_the_database_make_sql_statements():
    makers = {
        name: path
        for name, path in modules(ROOT, ["service"]).items()
        if not name.startswith("service.database") and makes_statements(path)
    }
    assert {name for name, path in makers.items() if not is_store(path)} == set()
    assert "service.cases.store" in makers
