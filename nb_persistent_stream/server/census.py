"""What this server knows of its kernels."""

from __future__ import annotations

from typing import Any

from ..protocol import StreamInfo


class KernelCensus:
    """Tells which streams have lost the kernel process that this server saw them with."""

    def __init__(self, kernel_manager: Any) -> None:
        self._kernels = kernel_manager
        self._seen: dict[str, object] = {}

    def gone(self, streams: list[StreamInfo]) -> set[str]:
        """The ids of streams whose kernel was here when they were first seen, and is not now.

        A kernel that was restarted keeps its id, so its process is compared too. Kernels of other
        servers, and scripts, are none of this server's business: their leases tell. So they do of
        a stream that was taken up: it is known which kernel began it, and not which drives it.
        """
        now = {
            info.id: self._process(info.provenance.kernel_id) for info in streams if info.epoch == 1
        }
        self._seen = {
            stream_id: self._seen.get(stream_id) or process for stream_id, process in now.items()
        }
        return {
            stream_id
            for stream_id, process in self._seen.items()
            if process is not None and now[stream_id] != process
        }

    def _process(self, kernel_id: str | None) -> object:
        """Something that stays the same while a kernel's process does; None for no such kernel."""
        if kernel_id is None or kernel_id not in self._kernels:
            return None
        provisioner = getattr(self._kernels.get_kernel(kernel_id), "provisioner", None)
        return getattr(provisioner, "pid", None) or kernel_id
