"""Two kernels that ask the same at the same moment: one generation, seen whole by both."""

import pytest

from nb_persistent_stream.store import SqliteStore

from .notebook import Notebook
from .provider import providing

ROUNDS = 100
PRELUDE = """
from nb_persistent_stream import stream
def ask(prompt, url):
    s = stream(prompt, model="m", base_url=url, reuse=True, show=False)
    print(repr((s.id, s.reused, s.result(60))))
"""


@pytest.fixture
def kernels(tmp_path, path):
    notebooks = []
    for number in range(2):
        folder = tmp_path / f"kernel-{number}"
        folder.mkdir()
        notebooks.append(Notebook(folder, NB_STREAM_STORE=str(path), NB_STREAM_DURABILITY="normal"))
        notebooks[-1].run(PRELUDE)
    yield notebooks
    for notebook in notebooks:
        notebook.close()


@pytest.mark.slow
def test_two_kernels_that_race_start_one_generation(kernels, there):
    reused = {True: 0, False: 0}
    with providing() as provider:
        provider.says = "one two three ünd {count}"
        for number in range(ROUNDS):
            code = f"ask('prompt {number}', {provider.url!r})"
            cells = [(kernel, kernel.begin(code)) for kernel in kernels]
            for kernel, cell in cells:
                kernel.until(lambda kernel=kernel, cell=cell: kernel.has_ended(cell))
            said = [eval(kernel.printed(cell)) for kernel, cell in cells]
            assert {text for _, _, text in said} == {f"one two three ünd {number + 1} "}
            assert len({stream_id for stream_id, _, _ in said}) == 1
            for _, was_reused, _ in said:
                reused[was_reused] += 1
        prompts = [request["messages"][0]["content"] for request in provider.asked]
    assert prompts == [f"prompt {number}" for number in range(ROUNDS)]
    assert reused == {True: ROUNDS, False: ROUNDS}

    async def count(store: SqliteStore):
        from nb_persistent_stream.store import Query

        return (await store.window(Query(), 0, 1)).total

    assert there(count) == ROUNDS
