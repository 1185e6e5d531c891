"""Whether an answer has the form that was asked for."""

from __future__ import annotations

from ..errors import SchemaMismatch
from ..protocol import StreamInfo
from ..sources import Misfit, Schema
from .body import Body

# What providers say of an answer that was cut off at its limit.
_CUT_OFF = ("length", "max_tokens", "max_output_tokens")


def check_fit(info: StreamInfo, body: Body, schema: Schema) -> None:
    """See to it that an answer that is whole fits; one that only calls tools has no form.

    Raises:
        SchemaMismatch: it does not fit.
    """
    text = body.text()
    if not text and body.tool_calls():
        return
    try:
        schema.parse(text)
    except Misfit as misfit:
        advice = "`.text` is what was said; run the cell again, or ask for a simpler form."
        if info.report.finish_reason in _CUT_OFF:
            advice = (
                "It was cut off at its length limit: allow more tokens. `.text` is what was said."
            )
        raise SchemaMismatch(
            info.id, text, f"The answer does not fit its schema: {misfit}. {advice}"
        ) from None
