import pytest

from nb_persistent_stream.errors import InvalidInput
from nb_persistent_stream.labels import check_tags, check_title


@pytest.mark.parametrize("title", [None, "", "ü" * 1000])
def test_a_title_is_text_or_none(title):
    assert check_title(title) == title


@pytest.mark.parametrize(("title", "says"), [(5, "Give it text"), ("x" * 1001, "1000 at most")])
def test_any_other_title_is_refused(title, says):
    with pytest.raises(InvalidInput, match=says):
        check_title(title)


@pytest.mark.parametrize(
    ("tags", "words"), [("a", ("a",)), (["a", "b"], ("a", "b")), ((), ()), (["t" * 100] * 100,) * 2]
)
def test_tags_are_words(tags, words):
    assert check_tags(tags) == tuple(words)


@pytest.mark.parametrize(
    ("tags", "says"), [(5, "words"), ([5], "words"), (["t"] * 101, "101"), (["t" * 101], "101")]
)
def test_any_other_tags_are_refused(tags, says):
    with pytest.raises(InvalidInput, match=says):
        check_tags(tags)
