"""Where a stream comes from, as far as this process knows."""

from __future__ import annotations

import getpass
import socket
from contextlib import suppress
from typing import Any

from ..protocol import Provenance
from ..sources import Source
from . import frontend


def provenance(
    source: Source | None = None,
    prompt: Any = None,
    system: str | None = None,
    model: str | None = None,
) -> Provenance:
    """What is stored about a new stream's origin; the source has left out all secrets."""
    cell = frontend.cell()
    return Provenance(
        prompt=list(prompt) if isinstance(prompt, tuple) else prompt,
        system=system,
        model=model or (source.model if source else None),
        provider=source.provider if source else None,
        options=source.options if source else {},
        notebook=frontend.notebook(),
        cell_id=cell.cell_id,
        execution=cell.execution,
        kernel_id=frontend.kernel_id(),
        host=socket.gethostname(),
        user=_user(),
    )


def _user() -> str | None:
    # In a container the user may have no name: KeyError until 3.12, OSError since.
    with suppress(KeyError, OSError):
        return getpass.getuser()
    return None
