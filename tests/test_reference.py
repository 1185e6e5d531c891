"""docs/http-reference.md is what `make docs` makes, and http.md leads to it."""

import json
import runpy
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def test_the_reference_is_the_one_that_the_document_makes():
    made = runpy.run_path(str(DOCS / "reference.py"))
    text = made["reference"](json.loads(made["SOURCE"].read_text("utf-8")))
    assert made["TARGET"].read_text("utf-8") == text, "run `make docs`"
    for name in ("PATCH /streams/{id}", "stale-epoch", "Stream-Next-Offset"):
        assert name in text
