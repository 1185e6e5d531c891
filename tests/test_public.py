"""The public surface: few names, documented, cheap to import."""

import inspect
import re
import subprocess
import sys

import pytest

import nb_persistent_stream
from nb_persistent_stream import errors
from nb_persistent_stream.errors import PersistentStreamError

NAMES = {
    "Delta", "PersistentStreamError", "Stream", "StreamCancelled", "StreamFailed", "StreamWriter",
    "create", "get", "stream", "watch",
}  # fmt: skip
HEAVY = ("openai", "anywidget", "ipywidgets", "IPython", "jupyter_server", "sqlite3", "aiosqlite")


def error_classes():
    return {name: value for name, value in vars(errors).items() if inspect.isclass(value)}


def test_the_names_are_these():
    assert set(nb_persistent_stream.__all__) == NAMES == set(dir(nb_persistent_stream))
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", nb_persistent_stream.__version__)


def test_the_docstring_names_the_functions():
    assert all(
        name in nb_persistent_stream.__doc__ for name in ("stream", "watch", "get", "create")
    )


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_public_name_is_there_and_documented(name):
    value = getattr(nb_persistent_stream, name)
    assert inspect.getdoc(value)
    if inspect.isclass(value):
        members = [m for n, m in vars(value).items() if not n.startswith("_") and callable(m)]
        assert all(inspect.getdoc(member) for member in members)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = nb_persistent_stream.nothing


def test_an_import_loads_nothing_heavy():
    code = f"import sys, nb_persistent_stream; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


class TestErrors:
    def test_each_is_ours_and_is_listed(self):
        classes = error_classes()
        assert set(errors.__all__) == set(classes)
        assert all(issubclass(error, PersistentStreamError) for error in classes.values())

    def test_each_has_a_docstring_of_its_own(self):
        assert all(error.__doc__ for error in error_classes().values())

    def test_the_tree_is_the_one_that_is_drawn(self):
        # Each level of the drawing is indented by four characters.
        stack, drawn = [], {}
        for line in errors.__doc__.splitlines():
            if match := re.match(r"([ │├└─]*)(\w+)(?: \((\w+)\))?(?:  |$)", line):
                depth, name, other = len(match[1]) // 4 - 1, match[2], match[3]
                if name not in vars(errors):
                    continue
                stack[depth:] = [name]
                drawn[name] = [*stack[depth - 1 : depth][: depth or 0], *([other] if other else [])]
        real = {
            name: [base.__name__ for base in error.__bases__]
            for name, error in error_classes().items()
        }
        drawn["PersistentStreamError"] = ["Exception"]
        assert drawn == real
