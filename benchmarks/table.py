"""What was measured, and how it is shown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        what: what was measured.
        unit: the unit of all figures but the ratios.
        ours: ours.
        peers: the same for each peer, by name.
        limit: what a bare loop, the disk or the socket does; None where there is no such thing.
        goal: the goal, in words.
        met: whether this run met it; None where the goal is a report only.
    """

    what: str
    unit: str
    ours: float
    peers: Mapping[str, float] = field(default_factory=dict)
    limit: float | None = None
    goal: str = ""
    met: bool | None = None


HEAD = (
    "| what | ours | peers (their figure ÷ ours) | limit | goal | met |\n|---|---|---|---|---|---|"
)


def line(row: Row) -> str:
    """A row of a Markdown table."""
    peers = "; ".join(
        f"{name} {figure(value)} ({figure(value / row.ours)}×)" if row.ours else name
        for name, value in row.peers.items()
    )
    limit = "" if row.limit is None else figure(row.limit)
    met = {True: "yes", False: "**no**", None: ""}[row.met]
    return (
        f"| {row.what} | {figure(row.ours)} {row.unit} | {peers} | {limit} | {row.goal} | {met} |"
    )


def figure(value: float) -> str:
    """A number as short as it can be read."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def in_turn(rounds: int, contestants: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Each contestant's median over several rounds, A B A B: a busy minute hits all alike."""
    figures: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            figures[name].append(measure())
    return {name: statistics.median(values) for name, values in figures.items()}


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
