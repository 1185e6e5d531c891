"""The rule of ARCHITECTURE.md: who may know whom."""

import ast
import sys
from pathlib import Path

import pytest

import nb_persistent_stream

ROOT = Path(nb_persistent_stream.__file__).parent
CORE = {
    *("protocol", "ids", "wire", "errors", "config", "chunking", "labels", "toolcalls", "utf8"),
    *("patience", "printable"),
}
MAY_KNOW = {
    "core": {"core"},
    "store": {"core", "store"},
    "sources": {"core", "sources"},
    "kernel": {"core", "store", "sources", "kernel"},
    "server": {"core", "store", "server"},
    "__init__": {"core", "kernel", "server"},
}
FOREIGN = {
    "core": {"aiosqlite", "sqlite3", "tornado", "jupyter_server", "ipywidgets", "IPython"},
    "store": {"tornado", "jupyter_server", "ipywidgets", "anywidget", "IPython", "openai"},
    "sources": {"aiosqlite", "sqlite3", "tornado", "jupyter_server", "ipywidgets", "anywidget"},
    "kernel": {"aiosqlite", "sqlite3", "tornado", "jupyter_server", "openai"},
    "server": {"aiosqlite", "sqlite3", "ipywidgets", "anywidget", "IPython", "openai"},
    "__init__": {"aiosqlite", "sqlite3", "openai", "tornado"},
}  # fmt: skip
MODULES = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in ROOT.rglob("*.py")]
SQL = ("SELECT ", "INSERT ", "UPDATE ", "DELETE FROM", "CREATE TABLE", "PRAGMA ")


def room_of(path):
    first = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return "core" if first in CORE else first


def imports(path):
    """The full names of all that a module imports, wherever in it."""
    package = ["nb_persistent_stream", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room_of_import(name):
    """The room that an import enters, or None for another package or the version."""
    parts = name.split(".")
    if parts[0] != "nb_persistent_stream" or parts[1:] in ([], ["__version__"]):
        return None
    return "core" if parts[1] in CORE else parts[1]


@pytest.mark.parametrize("path", MODULES)
def test_imports_go_one_way(path):
    rooms = {room for name in imports(path) if (room := room_of_import(name))}
    assert rooms <= MAY_KNOW[room_of(path)]


@pytest.mark.parametrize("path", MODULES)
def test_a_room_keeps_to_its_own_libraries(path):
    packages = {name.split(".")[0] for name in imports(path)}
    assert not packages & FOREIGN[room_of(path)]


@pytest.mark.parametrize("path", MODULES)
def test_sql_is_in_the_store_only(path):
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert room_of(path) == "store" or not [s for s in strings if any(sql in s for sql in SQL)]


@pytest.mark.parametrize("path", MODULES)
def test_no_module_swallows_the_architecture(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 250


def test_the_walk_sees_what_it_should():
    names = set(imports(ROOT / "kernel" / "views.py"))
    assert "nb_persistent_stream.kernel.driver_view.DriverView" in names  # within a function
    assert "nb_persistent_stream.protocol.StreamInfo" in names
    under_type_checking = set(imports(ROOT / "kernel" / "runtime.py"))
    assert "nb_persistent_stream.kernel.driver.Driver" in under_type_checking
    assert {room_of(path.values[0]) for path in MODULES} == MAY_KNOW.keys()
    assert "aiosqlite" in set(imports(ROOT / "store" / "database.py"))
    assert sys.modules["nb_persistent_stream"].__file__ == str(ROOT / "__init__.py")
