"""The wheel: what people install."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from nb_persistent_stream import __version__

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DATA = f"nb_persistent_stream-{__version__}.data/data"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel"),
            *("--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(ROOT)),
        ],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as file:
        yield file


def test_it_holds_the_front_end(wheel):
    static = "nb_persistent_stream/static/"
    files = [name.removeprefix(static) for name in wheel.namelist() if name.startswith(static)]
    assert {"widget.js", "widget-inline.js"} <= set(files)
    assert len([name for name in files if name.startswith("viewer-")]) == 1


def test_it_holds_the_description_of_what_is_served(wheel):
    document = json.loads(wheel.read("nb_persistent_stream/server/openapi.json"))
    assert document["openapi"].startswith("3.1")


def test_it_holds_the_licences_of_what_is_bundled(wheel):
    notices = wheel.read("nb_persistent_stream/static/THIRD_PARTY_NOTICES.txt").decode()
    static = f"{DATA}/share/jupyter/labextensions/nb-persistent-stream/static"
    report = json.loads(wheel.read(f"{static}/third-party-licenses.json"))
    names = {package["name"] for package in report["packages"]}
    assert {"markdown-it", "entities", "remend", "katex", "KaTeX fonts"} <= names
    assert all(f"\n{name} " in notices for name in names)


def test_a_server_loads_the_extension_once_it_is_installed(wheel):
    path = f"{DATA}/etc/jupyter/jupyter_server_config.d/nb_persistent_stream.json"
    assert b'"nb_persistent_stream": true' in wheel.read(path)


def test_it_holds_the_package_and_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel.namelist()}
    info = f"nb_persistent_stream-{__version__}"
    assert tops == {"nb_persistent_stream", f"{info}.dist-info", f"{info}.data"}
    assert not [name for name in wheel.namelist() if "test" in name or name.endswith(".ts")]
    assert "nb_persistent_stream/server/live.py" in wheel.namelist()
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
