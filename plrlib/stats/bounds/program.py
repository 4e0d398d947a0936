"""A small integer programme, written row by row and solved exactly."""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

Terms = Iterable[tuple[NDArray[np.int64], float]]
Rows = Iterable[tuple[NDArray[np.int64], NDArray[np.int64], float]]
Ends = float | NDArray[np.int64]
_INFEASIBLE = 2
_WHOLE = 1e-6
_MOST_BRANCHES = 100_000


class Infeasible(ValueError):  # noqa: N818 - says what is so, as scipy's status does
    """No whole numbers satisfy all the constraints."""


class Program:
    """Whole-number variables, each at least 0, and linear constraints between them."""

    def __init__(self) -> None:
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []
        self._terms: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._n = 0

    def variables(self, upper: NDArray[np.int64], lower: NDArray[np.int64] | int = 0) -> NDArray[np.int64]:
        """Add variables from `lower` to `upper` and return their numbers."""
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), upper.shape))
        self._upper.append(upper.astype(float))
        self._n += len(upper)
        return np.arange(self._n - len(upper), self._n)

    def require(self, terms: Terms, *, low: float = -np.inf, high: float = np.inf) -> None:
        """Require that the sum of the terms, each `(variables, factor)`, lies between `low` and `high`."""
        rows = [(np.zeros(len(numbers), dtype=np.int64), numbers, factor) for numbers, factor in terms]
        self.require_each(1, rows, low=low, high=high)

    def require_each(self, n: int, terms: Rows, *, low: Ends = -np.inf, high: Ends = np.inf) -> None:
        """Require of each of n sums that it lies between its ends; terms are `(numbers of sums, variables, factor)`."""
        start = len(self._low)
        for rows, numbers, factor in terms:
            self._terms.append((rows + start, numbers, np.full(len(numbers), factor)))
        self._low += np.broadcast_to(low, n).tolist()
        self._high += np.broadcast_to(high, n).tolist()

    def pairwise(self, fewer: NDArray[np.int64], more: NDArray[np.int64]) -> None:
        """Require of each pair of variables that the one is at most the other."""
        each = np.arange(len(fewer))
        self.require_each(len(fewer), [(each, fewer, 1.0), (each, more, -1.0)], high=0.0)

    def least(self, variables: NDArray[np.int64]) -> int:
        """Return the smallest sum that the variables can have.

        Raises
        ------
        Infeasible
            If the constraints cannot all hold.
        """
        return round(float(self._solve(variables, 1.0)[variables].sum()))

    def most(self, variables: NDArray[np.int64]) -> int:
        """Return the largest sum that the variables can have; raises as `least` does."""
        return round(float(self._solve(variables, -1.0)[variables].sum()))

    def allows(self, sums: Iterable[tuple[NDArray[np.int64], int]]) -> bool:
        """Tell whether sums of variables can all have these values at once; nothing is required of the programme."""
        other = self.copy()
        for variables, value in sums:
            other.require([(variables, 1.0)], low=float(value), high=float(value))
        try:
            other._solve(np.zeros(0, dtype=np.int64), 1.0)
        except Infeasible:
            return False
        return True

    def copy(self) -> "Program":
        """Return a programme to which more can be added without changing this one."""
        other = Program()
        for name, value in vars(self).items():
            setattr(other, name, list(value) if isinstance(value, list) else value)
        return other

    def ends(self, variables: NDArray[np.int64]) -> tuple[int, int]:
        """Return the smallest and the largest sum that variables can have, 0 of none; raises as `least` does."""
        return (self.least(variables), self.most(variables)) if len(variables) else (0, 0)

    def most_of(self, *variables: NDArray[np.int64]) -> float:
        """Return the largest of the sums that groups of variables can have by their own limits alone."""
        upper = np.concatenate(self._upper)
        return max(float(upper[some].sum()) for some in variables)

    def fillable(self, variables: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return for each of these variables whether it can be more than 0; raises as `least` does.

        Each solution fills as many of those not yet filled as it can, so that few are needed.
        """
        marks = self.variables(np.ones(len(variables), dtype=np.int64))
        self.pairwise(marks, variables)
        filled = np.zeros(len(variables), dtype=bool)
        while not filled.all():
            found = self._solve(marks[~filled], -1.0)[variables] > 0.5
            if not (found & ~filled).any():
                break
            filled |= found
        return filled

    def _solve(self, variables: NDArray[np.int64], sign: float) -> NDArray[np.float64]:
        """Return a solution in which the sum of the variables, times `sign`, is smallest.

        Most programmes have whole numbers in the corners of what they allow: then the linear programme has the answer.
        Otherwise a number that is not whole is rounded down in one branch and up in the other. The solver's own search
        for whole numbers is not used: the presolve of HiGHS 1.14 loses solutions and says "optimal" all the same (its
        issues 2961, 3043 and 3094; a test has a programme of ours where it does), and without presolve it prints.
        """
        if not self._n:
            return np.zeros(0)
        cost = np.zeros(self._n)
        cost[variables] = sign
        constraints = self._constraints()
        branches = [(np.concatenate(self._lower), np.concatenate(self._upper))]
        best: NDArray[np.float64] | None = None
        least = np.inf
        for _ in range(_MOST_BRANCHES):
            if not branches:
                break
            lower, upper = branches.pop()
            found = milp(cost, bounds=Bounds(lower, upper), constraints=constraints)
            if found.status == _INFEASIBLE:
                continue
            if found.status != 0:
                raise RuntimeError(f"the solver gave up: {found.message}")
            if np.ceil(found.fun - _WHOLE) >= least:
                continue  # sums are whole, and no better one is here
            whole = np.rint(found.x)
            away = np.abs(found.x - whole)
            if away.max() < _WHOLE:
                if not self._holds(whole, constraints):
                    raise RuntimeError("the solver's answer does not satisfy what it was asked")
                best, least = whole, float(cost @ whole)
                continue
            at, below, above = int(away.argmax()), upper.copy(), lower.copy()
            below[at], above[at] = np.floor(found.x[at]), np.ceil(found.x[at])
            branches += [(above, upper), (lower, below)]
        else:
            raise RuntimeError("the solver gave up: too many branches")
        if best is None:
            raise Infeasible("no assignment of people satisfies every total and every quantifier")
        return best

    @staticmethod
    def _holds(whole: NDArray[np.float64], constraints: list[LinearConstraint]) -> bool:
        """Tell whether whole numbers satisfy every constraint."""
        return all(bool(((one.lb <= one.A @ whole) & (one.A @ whole <= one.ub)).all()) for one in constraints)

    def _constraints(self) -> list[LinearConstraint]:
        if not self._low:
            return []
        rows, numbers, factors = (np.concatenate(parts) for parts in zip(*self._terms, strict=True))
        matrix = sp.csr_array((factors, (rows, numbers)), shape=(len(self._low), self._n))
        return [LinearConstraint(matrix, self._low, self._high)]
