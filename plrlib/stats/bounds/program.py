"""A small integer programme, written row by row and solved exactly.

Whole numbers of people, sums of them between limits, and the smallest or largest that a sum can be. Most of these
programmes have whole numbers in the corners of what they allow, so that the linear programme has the answer; where not,
one number after the other is rounded down in one branch and up in the other.
"""

from collections.abc import Iterable

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.optimize._highspy import _core as highs

Term = tuple[NDArray[np.int64], float]
Terms = Iterable[Term]
Rows = Iterable[tuple[NDArray[np.int64], NDArray[np.int64], float]]
Ends = float | NDArray[np.int64]
Sums = list[tuple[NDArray[np.int64], int]]
"""Sums of variables, each with the value that it must have."""
_WHOLE = 1e-6
_MOST_BRANCHES = 100_000


class Infeasible(ValueError):  # noqa: N818 - says what is so, as a solver's status does
    """No whole numbers satisfy all the constraints: totals and quantifiers of a study cannot all be true."""


class Program:
    """Whole-number variables, each at least 0, and linear constraints between them.

    Parameters
    ----------
    study
        The id of the study that it is about, for what is said where nothing satisfies it.
    """

    def __init__(self, study: str = "") -> None:
        self._study = study
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []
        self._terms: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
        self._low: list[float] = []
        self._high: list[float] = []
        self._n = 0
        self._sums: dict[bytes, int] = {}
        self._solver: _Solver | None = None
        self.solved = 0
        """How many linear programmes were solved: the work that limits are counted in."""

    def variables(self, upper: NDArray[np.int64], lower: NDArray[np.int64] | int = 0) -> NDArray[np.int64]:
        """Add variables from `lower` to `upper` and return their numbers."""
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=float), upper.shape))
        self._upper.append(upper.astype(float))
        self._n += len(upper)
        self._solver = None
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
        self._solver = None

    def pairwise(self, fewer: NDArray[np.int64], more: NDArray[np.int64]) -> None:
        """Require of each pair of variables that the one is at most the other."""
        each = np.arange(len(fewer))
        self.require_each(len(fewer), [(each, fewer, 1.0), (each, more, -1.0)], high=0.0)

    def least(self, variables: NDArray[np.int64], given: Sums | None = None) -> int:
        """Return the smallest sum that the variables can have, where the sums given have their values.

        Raises
        ------
        Infeasible
            If the constraints cannot all hold.
        """
        return round(float(self._solve(variables, 1.0, given)[variables].sum()))

    def most(self, variables: NDArray[np.int64], given: Sums | None = None) -> int:
        """Return the largest sum that the variables can have; raises as `least` does."""
        return round(float(self._solve(variables, -1.0, given)[variables].sum()))

    def ends(self, variables: NDArray[np.int64], given: Sums | None = None) -> tuple[int, int]:
        """Return the smallest and the largest sum that variables can have, 0 of none; raises as `least` does."""
        return (self.least(variables, given), self.most(variables, given)) if len(variables) else (0, 0)

    def most_of(self, variables: NDArray[np.int64]) -> float:
        """Return the largest sum that variables can have by their own limits alone."""
        return float(np.concatenate(self._upper)[variables].sum())

    def allows(self, given: Sums) -> bool:
        """Tell whether sums of variables can all have these values at once; nothing is required of the programme."""
        try:
            self._solve(np.zeros(0, dtype=np.int64), 1.0, given)
        except Infeasible:
            return False
        return True

    def _fixed(self, given: Sums) -> dict[int, float]:
        """Return the values that rows of the programme must have."""
        fixed: dict[int, float] = {}
        for variables, value in given:
            if fixed.setdefault(self._sum(variables), float(value)) != value:
                raise self._infeasible()
        return fixed

    def _sum(self, variables: NDArray[np.int64]) -> int:
        """Return the row of a sum: it has no limits of its own, and is given a value where one is asked for."""
        key = variables.tobytes()
        if key not in self._sums:
            self.require([(variables, 1.0)])
            self._sums[key] = len(self._low) - 1
        return self._sums[key]

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

    def _infeasible(self) -> Infeasible:
        why = "no assignment of people satisfies every total and every quantifier"
        return Infeasible(f"totals and quantifiers of {self._study} contradict one another: {why}")

    def _solve(self, variables: NDArray[np.int64], sign: float, given: Sums | None = None) -> NDArray[np.float64]:
        """Return a solution in which the sum of the variables, times `sign`, is smallest.

        The solver's own search for whole numbers is not used: the presolve of HiGHS 1.14 loses solutions and says
        "optimal" all the same (its issues 2961, 3043 and 3094; a test has a programme of ours where it does).
        """
        if not self._n:
            return np.zeros(0)
        fixed = self._fixed(given or [])
        if self._solver is None:
            self._solver = _Solver(self)
        solver = self._solver
        cost = np.zeros(self._n)
        cost[variables] = sign
        branches = [(solver.lower, solver.upper)]
        best: NDArray[np.float64] | None = None
        least = np.inf
        for _ in range(_MOST_BRANCHES):
            if not branches:
                break
            lower, upper = branches.pop()
            self.solved += 1
            found = solver.minimum(cost, lower, upper, fixed)
            if found is None or np.ceil(cost @ found - _WHOLE) >= least:
                continue  # sums are whole, and no better one is here
            whole = np.rint(found)
            away = np.abs(found - whole)
            if away.max() < _WHOLE:
                if not solver.holds(whole, fixed):
                    raise RuntimeError("the solver's answer does not satisfy what it was asked")
                best, least = whole, float(cost @ whole)
                continue
            at, below, above = int(away.argmax()), upper.copy(), lower.copy()
            below[at], above[at] = np.floor(found[at]), np.ceil(found[at])
            branches += [(above, upper), (lower, below)]
        else:
            raise RuntimeError("the solver gave up: too many branches")
        if best is None:
            raise self._infeasible()
        return best


class _Solver:
    """One linear programme in HiGHS, solved again and again with other costs and limits.

    SciPy brings HiGHS along, but its own functions build and check a programme anew for each answer, which takes five
    times as long as the answer. So this calls what SciPy's functions call; a test holds the two to the same answers.
    """

    def __init__(self, program: Program) -> None:
        self.lower, self.upper = np.concatenate(program._lower), np.concatenate(program._upper)
        self._low, self._high = np.array(program._low), np.array(program._high)
        shape = (len(program._low), program._n)
        nothing = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        rows, numbers, factors = map(np.concatenate, zip(*(program._terms or [nothing]), strict=True))
        self._matrix = sp.csc_array((factors, (rows, numbers)), shape=shape)
        model = highs.HighsLp()
        model.num_col_, model.num_row_ = model.a_matrix_.num_col_, model.a_matrix_.num_row_ = shape[1], shape[0]
        model.a_matrix_.format_ = highs.MatrixFormat.kColwise
        model.col_cost_, model.col_lower_, model.col_upper_ = np.zeros(shape[1]), self.lower, self.upper
        model.row_lower_, model.row_upper_ = self._low, self._high
        model.a_matrix_.start_, model.a_matrix_.index_ = self._matrix.indptr, self._matrix.indices
        model.a_matrix_.value_ = self._matrix.data
        self._highs = highs._Highs()
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("presolve", "off")  # it takes longer than it saves in programmes this small
        self._highs.passModel(model)
        self._columns = np.arange(shape[1], dtype=np.int32)
        self._cost, self._bounds = np.zeros(shape[1]), (self.lower, self.upper)

    def minimum(
        self, cost: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64], fixed: dict[int, float]
    ) -> NDArray[np.float64] | None:
        """Return a solution of least cost; None where there is none. `fixed` are sums that must have a value."""
        changed = np.flatnonzero(cost != self._cost).astype(np.int32)
        if len(changed):
            self._highs.changeColsCost(len(changed), changed, cost[changed])
            self._cost = cost
        if lower is not self._bounds[0] or upper is not self._bounds[1]:
            self._highs.changeColsBounds(len(self._columns), self._columns, lower, upper)
            self._bounds = (lower, upper)
        for row, value in fixed.items():
            self._highs.changeRowBounds(row, value, value)
        self._highs.clearSolver()  # from scratch it ends in whole numbers far more often than from where it stood
        self._highs.run()
        status = self._highs.getModelStatus()
        found = np.array(self._highs.getSolution().col_value) if status == highs.HighsModelStatus.kOptimal else None
        for row in fixed:
            self._highs.changeRowBounds(row, self._low[row], self._high[row])
        if found is None and status != highs.HighsModelStatus.kInfeasible:
            raise RuntimeError(f"the solver gave up: {self._highs.modelStatusToString(status)}")
        return found

    def holds(self, whole: NDArray[np.float64], fixed: dict[int, float]) -> bool:
        """Tell whether whole numbers satisfy every constraint."""
        sums = self._matrix @ whole
        return bool(((self._low <= sums) & (sums <= self._high)).all()) and all(sums[r] == v for r, v in fixed.items())
