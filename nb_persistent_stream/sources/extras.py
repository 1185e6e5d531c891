"""SDKs that may not be installed, and are imported when they are used."""

from __future__ import annotations

import asyncio
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..errors import InvalidInput


def need(package: str, what: str) -> None:
    """See to it that an extra is installed.

    Raises:
        InvalidInput: it is not; the message has the command that installs it.
    """
    if not _is_installed(package):
        raise InvalidInput(
            f"{what} needs the package {package}, which is not installed here. Run "
            f"`pip install 'nb_persistent_stream[{package}]'` and try again."
        )


async def load(package: str) -> Any:
    """The SDK; a first import takes up to seconds, in which the loop goes on."""
    return await asyncio.to_thread(import_module, package)


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # it was made unimportable
        return False
