"""Servers and drivers in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PEERS = Path(__file__).parent / "peers"
TOKEN = "benchmark"
_PATIENCE = 120
_LAST_PATIENCE = 20


def measured(act: str, *args: object, env: dict[str, str] | None = None) -> Any:
    """What `python -m benchmarks.acts.<act>` prints last, as JSON."""
    done = subprocess.run(
        command(act, *args),
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        timeout=_PATIENCE * 3,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def command(act: str, *args: object) -> list[str]:
    """The command that runs an act in a process of its own."""
    return [sys.executable, "-m", f"benchmarks.acts.{act}", *map(str, args)]


@contextmanager
def running(
    command: list[str], env: dict[str, str] | None = None, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[str]]:
    """A process for the length of a block; its first line says that it is ready."""
    process = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE,
        stdin=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_LAST_PATIENCE)
        except subprocess.TimeoutExpired:
            # A Jupyter server that is stopped within a save may wait for its thread for ever.
            process.kill()
            process.wait()


@contextmanager
def node(script: str, *args: object) -> Iterator[int]:
    """A peer that runs on Node; gives its port."""
    with running(["node", script, *map(str, args)], cwd=PEERS) as process:
        yield port_of(process)


def port_of(process: subprocess.Popen[str]) -> int:
    """The port that a server prints on a line of its own when it listens."""
    assert process.stdout is not None
    told = next(text for text in process.stdout if text.startswith("port "))
    return int(told.removeprefix("port "))


@contextmanager
def jupyter(folder: Path, store: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A Jupyter server with the extension, on a store; gives its port and its process."""
    with serving(command("serve", folder), folder, NB_STREAM_STORE=str(store)) as served:
        yield served


@contextmanager
def serving(
    command: list[str], folder: Path, **env: str
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A Jupyter server that finds no settings but its own; gives its port and its process."""
    env |= {
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }
    with running(command, env) as process:
        port = port_of(process)
        while not _answers(port):
            time.sleep(0.01)
        yield port, process


def _answers(port: int) -> bool:
    try:
        return bool(request(port, "/api/status"))
    except (urllib.error.URLError, OSError):
        return False


def request(
    port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> bytes:
    """Ask a server on this machine."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", method=method, data=body,
        headers={"Authorization": f"token {TOKEN}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        },
    )  # fmt: skip
    with urllib.request.urlopen(asked, timeout=_PATIENCE) as answer:
        return bytes(answer.read())


def cpu_seconds(pid: int) -> float:
    """The processor time that a process and its threads have taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> int:
    """The resident memory of a process, in bytes."""
    for text in Path(f"/proc/{pid}/status").read_text().splitlines():
        if text.startswith("VmRSS:"):
            return int(text.split()[1]) * 1024
    raise ProcessLookupError(pid)
