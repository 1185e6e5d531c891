"""Every error that nb_persistent_stream raises.

    PersistentStreamError
    ├── InvalidInput (ValueError)        what was asked for can't be done as asked
    │   └── ModelNotChosen               no model, key or address to ask
    ├── SourceFailed                     the model's provider failed
    │   ├── SourceExpired                it sends the rest of an answer no more as it comes
    │   ├── SourceTooLong                it said more than it may
    │   └── SourceUnreachable            it can't be heard, but goes on with the answer
    ├── StreamNotFound (LookupError)     no stream of that id in this store
    │   └── StreamGone                   it was deleted, and only its forks still have its text
    ├── StreamFenced                     another driver has the stream, or it has ended
    │   └── StreamDeleted                somebody deleted it meanwhile
    ├── StreamEnded                      a stream's end that is not "done"; has .text
    │   ├── StreamFailed                 the source or the store failed, or the driver vanished
    │   │   └── SchemaMismatch           the answer is whole, but not of the form that was asked for
    │   └── StreamCancelled              somebody stopped it
    └── StoreError                       the database can't be used
        ├── StoreUnavailable             for now: locked, full, unwritable
        │   └── StoreReplaced            its file was deleted or replaced while it was open
        ├── StoreCorrupt                 the file is damaged or is not a store
        └── StoreTooNew                  written by a newer version

A message says what happened, why, and what to do now. Others may have put words into it (a
provider, a stored stream), and it is printed where it is not caught: nothing in it is a command.
"""

from __future__ import annotations

from .printable import printable

__all__ = [
    "InvalidInput",
    "ModelNotChosen",
    "PersistentStreamError",
    "SchemaMismatch",
    "SourceExpired",
    "SourceFailed",
    "SourceTooLong",
    "SourceUnreachable",
    "StoreCorrupt",
    "StoreError",
    "StoreReplaced",
    "StoreTooNew",
    "StoreUnavailable",
    "StreamCancelled",
    "StreamDeleted",
    "StreamEnded",
    "StreamFailed",
    "StreamFenced",
    "StreamGone",
    "StreamNotFound",
]


class PersistentStreamError(Exception):
    """The base of every error raised here."""

    def __str__(self) -> str:
        return printable(super().__str__())


class InvalidInput(PersistentStreamError, ValueError):
    """An argument, option or setting that can't be used; the message says what can."""


class ModelNotChosen(InvalidInput):
    """No model was named and there is none to fall back to."""


class SourceFailed(PersistentStreamError):
    """The provider refused, broke off or could not be reached; the message says what it said."""


class SourceExpired(SourceFailed):
    """The provider sends the rest of an answer no more as it comes; the whole may be asked for."""


class SourceTooLong(SourceFailed):
    """The source said more than `max_bytes`, so it was stopped."""


class SourceUnreachable(SourceFailed):
    """The provider can't be reached for now, but goes on: `resume()` takes the answer up."""


class StreamNotFound(PersistentStreamError, LookupError):
    """The store holds no stream of this id."""

    def __init__(self, stream_id: str) -> None:
        super().__init__(
            f"There is no stream {stream_id!r} in this store. It may have been deleted, or it was "
            "written to another store: NB_STREAM_STORE must be the same in both places."
        )
        self.stream_id = stream_id


class StreamGone(StreamNotFound):
    """The stream was deleted; what its forks share of it is kept for them."""

    def __init__(self, stream_id: str) -> None:
        LookupError.__init__(
            self,
            f"The stream {stream_id!r} was deleted. Its forks still have what they share of it; "
            "use one of them, or another id.",
        )
        self.stream_id = stream_id


class StreamFenced(PersistentStreamError):
    """The right to append is gone: another driver has it, or the stream has ended."""

    def __init__(self, stream_id: str, message: str | None = None) -> None:
        super().__init__(
            message
            or f"This process may no longer write to stream {stream_id!r}: its lease was taken or "
            "the stream has ended. What was stored is kept; start a new stream to go on."
        )
        self.stream_id = stream_id


class StreamDeleted(StreamFenced):
    """The stream was deleted while this process wrote it."""

    def __init__(self, stream_id: str) -> None:
        super().__init__(
            stream_id,
            f"The stream {stream_id!r} was deleted while it was being written, so it was stopped. "
            "What was said until then is stored no more; this process still has it (`.text`). Run "
            "it again for an answer that is stored.",
        )


class StreamEnded(PersistentStreamError):
    """A stream that ended before its source had said everything.

    Attributes:
        stream_id: the stream.
        text: the part of the answer that was said; it is stored too.
    """

    def __init__(self, stream_id: str, text: str, message: str) -> None:
        super().__init__(message)
        self.stream_id = stream_id
        self.text = text


class StreamFailed(StreamEnded):
    """The stream's status is `error` or `timeout`."""


class SchemaMismatch(StreamFailed):
    """The answer does not fit its `schema=`; the message says where, `.text` is the answer."""


class StreamCancelled(StreamEnded):
    """The stream's status is `cancelled`."""


class StoreError(PersistentStreamError):
    """The store can't be used."""


class StoreUnavailable(StoreError):
    """The store can't be read or written now; nothing that it holds is harmed."""


class StoreReplaced(StoreUnavailable):
    """The file that had the stream is gone, and perhaps another one stands in its place."""

    @classmethod
    def of(cls, path: object) -> StoreReplaced:
        """The error of a file."""
        return cls(
            f"The store's file {path} was deleted or replaced while it was in use. Streams that "
            "are being written are put into the new one; those that had ended are in the old one."
        )


class StoreCorrupt(StoreError):
    """The store's file is damaged, or is not one of ours; it was left as it is."""


class StoreTooNew(StoreError):
    """A newer version of nb_persistent_stream wrote the store; it was left as it is."""
