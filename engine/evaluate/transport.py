"""The cheapest way to carry what is there to where it is wanted, solved exactly, in numpy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]


def cheapest(supply: Whole, demand: Whole, cost: Float64) -> float:
    """The least sum of amount times cost that carries `supply` (m,) to `demand` (n,); `cost` (m, n) >= 0.

    Successive shortest paths with node potentials (Edmonds and Karp 1972; Ahuja, Magnanti and Orlin,
    Network Flows, 1993, section 9.7). Amounts are whole numbers, so nothing is lost to rounding.
    Raises ValueError where the totals differ.
    """
    if supply.sum() != demand.sum():
        raise ValueError(f"supply {supply.sum()} and demand {demand.sum()} must be equal")
    plan = _Plan(cost, np.zeros(cost.shape, np.int64), demand.astype(np.int64), *map(np.zeros, cost.shape))
    for row, amount in enumerate(supply.tolist()):
        while amount:
            amount -= _carried(plan, row, amount)
    return float((plan.flow * cost).sum())


@dataclass(frozen=True, eq=False)
class _Plan:
    """`flow` (m, n) so far, what is still `wanted` (n,), and the potentials of rows and columns."""

    cost: Float64
    flow: Whole
    wanted: Whole
    rows: Float64
    columns: Float64

    def reduced(self, row: int) -> Float64:
        return self.cost[row] - self.rows[row] - self.columns


def _carried(plan: _Plan, start: int, amount: int) -> int:
    """Carry up to `amount` along the shortest path from row `start`; how much that was."""
    reached = {start: 0.0}
    into: dict[int, int] = {}
    distance, via = plan.reduced(start), np.full(len(plan.wanted), start)
    closed = np.zeros(len(plan.wanted), np.bool_)
    while True:
        column = int(np.argmin(np.where(closed, np.inf, distance)))
        length = float(distance[column])
        closed[column] = True
        if plan.wanted[column]:
            break
        for row in np.flatnonzero(plan.flow[:, column]).tolist():
            if row in reached:
                continue
            reached[row], into[row] = length, column
            further = length + plan.reduced(row)
            # A closed column's way is settled; rounding must not send it round in a circle.
            shorter = ~closed & (further < distance)
            via[shorter], distance[shorter] = row, further[shorter]
    for row, away in reached.items():
        plan.rows[row] += length - away
    plan.columns[closed] -= length - distance[closed]
    return _moved(plan, start, amount, column, via, into)


def _moved(plan: _Plan, start: int, amount: int, end: int, via: Whole, into: dict[int, int]) -> int:
    steps = [(int(via[end]), end)]
    while steps[-1][0] != start:
        back = into[steps[-1][0]]
        steps.append((int(via[back]), back))
    undone = [(row, into[row]) for row, _ in steps if row != start]
    moved = min(amount, int(plan.wanted[end]), *(int(plan.flow[place]) for place in undone))
    for place in steps:
        plan.flow[place] += moved
    for place in undone:
        plan.flow[place] -= moved
    plan.wanted[end] -= moved
    return moved
