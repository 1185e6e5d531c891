"""A query as SQL."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
from ..protocol import BROKEN_OFF, LIVE, Status, StreamInfo
from .listing import Query

# A longer search would be a longer statement than SQLite takes.
MOST_SEARCH = 200

_PAGE_TOKEN = re.compile(r"(\d{1,12}\.\d{1,9}):([\w.~-]{1,128})", re.ASCII)

# A word has no white space in it, so that none is found across two lines.
_SHORT_TEXTS = """
    id || char(10) || coalesce(title, '')
    || char(10) || coalesce(nullif(model, ''), requested_model, '')
    || char(10) || iif(instr(notebook, ?) = 1, substr(notebook, length(?) + 1), '')
"""

# A text, and not messages, in which nothing is written otherwise than it is.
_PLAIN_PROMPT = "prompt GLOB '\"*' AND prompt NOT GLOB '*\\*'"


def _is_one_of(statuses: tuple[Status, ...]) -> str:
    # Literally, so that SQLite sees that an index of some statuses will do.
    return f"status IN ({', '.join(repr(status.value) for status in statuses)})"


# All but those that are kept for their forks only.
ALL = "NOT deleted"
IS_LIVE = _is_one_of(LIVE)

# Of few that a search has found, each is looked up and put in order; among many, the newest are
# soon met in the order of the list.
_MANY = 1000
_OF_FEW = "FROM found CROSS JOIN streams INDEXED BY streams_by_doc USING (doc)"
_OF_MANY = "FROM streams"
_IS_FOUND = "+doc IN found"  # with a plus, or SQLite would begin with these

# An answer that its provider goes on with although its driver has lost it.
GOES_ON = (
    "(status = 'timeout' OR json_extract(error, '$.type') = 'SourceUnreachable') "
    "AND response_id IS NOT NULL AND json_extract(options, '$.background')"
)

_MAY_BE_CLAIMED = _is_one_of((*LIVE, *BROKEN_OFF))
# Takes a driver, an id and an epoch.
CLAIM = f"""
UPDATE streams SET epoch = epoch + 1, driver = ?, revision = revision + 1,
  cancel_requested = iif({IS_LIVE}, cancel_requested, 0),
  status = iif({IS_LIVE}, status, 'streaming'), finished_at = NULL, error = NULL
WHERE id = ? AND epoch = ? AND driver IS NOT NULL AND {ALL} AND {_MAY_BE_CLAIMED}
RETURNING id
"""

# Takes a title, tags and an id. What stays the same is no change.
LABEL = f"""
WITH new (title, tags) AS (VALUES (?, ?))
UPDATE streams SET revision = revision + 1, tags = coalesce(new.tags, streams.tags),
  title = nullif(coalesce(new.title, streams.title), '')
FROM new WHERE id = ? AND {ALL} AND (
  streams.title IS NOT nullif(coalesce(new.title, streams.title), '')
  OR streams.tags != coalesce(new.tags, streams.tags))
"""


@dataclass(frozen=True, slots=True)
class Matching:
    """The streams of a query, as SQL from its FROM on, and its parameters."""

    sql: str
    params: list[Any]
    in_order: bool  # whether an index has them in the order of the list


def matching(query: Query, found: int | None) -> Matching:
    """A query as SQL.

    `found` is how many streams the index has found for its search. Where that is None, each row is
    searched.

    Raises:
        InvalidInput: the query can't be used.
    """
    where, params = [ALL], list[Any]()
    if query.statuses:
        where.append(_is_one_of(query.statuses))
    for column, value in (("notebook", query.notebook), ("kernel_id", query.kernel)):
        if value is not None:
            where.append(f"{column} = ?")
            params.append(value)
    if query.unplaced:
        where.append("NOT placed")
    if query.after is not None:
        where.append("(created_at, id) < (?, ?)")
        params += page_start(query.after)
    if found is not None:
        is_many = found > _MANY
        where += [_IS_FOUND] * is_many
        tables = _OF_MANY if is_many else _OF_FEW
        return Matching(f"{tables} WHERE {' AND '.join(where)}", params, is_many)
    for word in dict.fromkeys(query.search.split()):
        sql, more = _holds(word, query.root)
        where.append(sql)
        params += more
    return Matching(f"FROM streams WHERE {' AND '.join(where)}", params, where == [ALL])


def page_token(info: StreamInfo) -> str:
    """Where a list goes on after a stream."""
    return f"{info.created_at!r}:{info.id}"


def page_start(token: str) -> tuple[float, str]:
    """What `page_token` wrote.

    Raises:
        InvalidInput: it did not write this.
    """
    if found := _PAGE_TOKEN.fullmatch(token):
        return float(found[1]), found[2]
    raise InvalidInput(
        f"{token!r} is not the 'next' of a page. Leave `after` out to begin at the newest."
    )


def check_search(search: str) -> None:
    """See that a search is not too long.

    Raises:
        InvalidInput: it is.
    """
    if len(search) > MOST_SEARCH:
        raise InvalidInput(
            f"The search is {len(search)} characters long. Use fewer words: up to {MOST_SEARCH} "
            "characters."
        )


def _holds(word: str, root: str) -> tuple[str, list[Any]]:
    """Whether a stream's texts hold a word.

    JSON is looked at as it is first: that is quick, and finds all that may hold the word.
    """
    plain = _patterns(word)
    raw = _patterns(json.dumps(word, ensure_ascii=False)[1:-1])
    short = _fits(_SHORT_TEXTS, plain)
    tags = (
        f"CASE WHEN {_fits('tags', raw)} THEN EXISTS "
        f"(SELECT 1 FROM json_each(tags) tag WHERE {_fits('tag.value', plain)}) END"
    )
    prompt = (
        f"CASE WHEN NOT {_fits('prompt', raw)} THEN false "
        f"WHEN {_PLAIN_PROMPT} THEN true WHEN json_valid(prompt) THEN EXISTS "
        "(SELECT 1 FROM json_tree(prompt) part WHERE part.type = 'text' "
        "AND (part.parent IS NULL OR part.key IN ('content', 'text')) "
        f"AND {_fits('part.value', plain)}) END"
    )
    params = [value for pattern in plain for value in (root, root, pattern)]
    return f"({short} OR {tags} OR {prompt})", [*params, *raw, *plain, *raw, *plain]


def _fits(expression: str, patterns: list[str]) -> str:
    return f"({' OR '.join(f'{expression} GLOB ?' for _ in patterns)})"


def _patterns(word: str) -> list[str]:
    """The GLOB patterns of which one fits a text that holds a word, in whatever case.

    SQLite's LIKE knows the cases of ASCII only. A pattern that begins with a plain character is
    far quicker than one that begins with a choice, so there is one for each case of the first:
    https://sqlite.org/lang_expr.html#glob
    """
    first, *rest = [_cases(character) for character in word]
    tail = "".join(_literal(cases[0]) if len(cases) == 1 else f"[{cases}]" for cases in rest)
    return [f"*{_literal(character)}{tail}*" for character in first]


def _cases(character: str) -> str:
    """A character in each case that is one character too."""
    forms = {character, character.lower(), character.upper()}
    return "".join(sorted(form for form in forms if len(form) == 1))


def _literal(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character
