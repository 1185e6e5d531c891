"""What people call a stream by: its title and its tags, as they may be."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import InvalidInput

# In characters, and tags.
LONGEST_TITLE = 1000
LONGEST_TAG = 100
MOST_TAGS = 100


def check_title(title: object) -> str | None:
    """The title, or None for none.

    Raises:
        InvalidInput: it can't be one.
    """
    if title is not None and not isinstance(title, str):
        raise InvalidInput(f"title is {title!r}. Give it text.")
    if title and len(title) > LONGEST_TITLE:
        raise InvalidInput(
            f"title has {len(title)} characters. Use a shorter one: {LONGEST_TITLE} at most."
        )
    return title


def check_tags(tags: object) -> tuple[str, ...]:
    """The tags; one text is one tag.

    Raises:
        InvalidInput: they can't be tags.
    """
    words = (tags,) if isinstance(tags, str) else tags
    words = tuple(words) if isinstance(words, Iterable) else (words,)
    if not all(isinstance(word, str) for word in words):
        raise InvalidInput(f"tags is {tags!r}. Give it words, such as tags=('draft', 'wal').")
    if len(words) > MOST_TAGS or any(len(word) > LONGEST_TAG for word in words):
        raise InvalidInput(
            f"There are {len(words)} tags, the longest of {max(map(len, words))} characters. "
            f"Use up to {MOST_TAGS}, of {LONGEST_TAG} characters at most."
        )
    return words
