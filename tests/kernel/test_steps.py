"""When streams write: one alone at once, many in step."""

from contextlib import ExitStack

import pytest

from nb_persistent_stream.kernel.steps import next_step, writing


@pytest.fixture
def writers():
    with ExitStack() as stack:
        yield lambda count: [stack.enter_context(writing()) for _ in range(count)]


def test_a_stream_that_writes_alone_writes_at_once(writers):
    writers(1)
    assert next_step(12.3456) is None


def test_a_thousand_streams_wait_no_longer_than_a_hundred(writers):
    writers(1000)
    assert next_step(7.0) - 7.0 <= 0.033


def test_streams_that_write_side_by_side_take_the_same_steps(writers):
    writers(64)
    steps = {next_step(100 + n / 1000) for n in range(320)}
    assert len(steps) <= 11
    assert all(0 < next_step(now) - now <= 0.033 for now in (0.0, 100.001, 123_456.789))
