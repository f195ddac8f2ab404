"""What a claim is confronted with: a pruning, a run of Algorithm 1, a pair of sets on a line.

Every class can be built from any pair of clouds with ``from_clouds``: small grids, adversarial
clouds and real tokens take the same way.  Quantities that several claims share are cached.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mobtheory.claims.line import LineCover
from mobtheory.claims.optimal_radii import SMALL, best_radius, covering_profile
from mobtheory.claims.regularity import Regularity, regularity
from mobtheory.claims.set_functions import (
    SetFunction,
    draw_control,
    draw_lipschitz_map,
    lipschitz_constant,
)
from mobtheory.covering import (
    Covering,
    CoveringProblem,
    Selection,
    evaluate_selection,
    farthest_point_sampling,
    mob_select,
    nearest_neighbour_cover,
)
from mobtheory.covering.grids import order_is_exact
from mobtheory.errors import InvalidProblem
from mobtheory.geometry import distance_rounding, normalize_rows, pairwise_distances

Points = NDArray[Any]
EPS = float(np.finfo(np.float64).eps)


def _draw_budget(rng: np.random.Generator, count: int) -> int:
    """K=1, K=2 (the least for two halves) and K=N often enough, everything between otherwise."""
    between = rng.integers(1, count + 1, 2)
    return int(rng.choice([1, min(2, count), count, *between]))


def _draw_selection(rng: np.random.Generator, problem: CoveringProblem) -> Selection:
    """Algorithm 1, farthest points, nearest neighbours, random halves; any size, S empty too."""
    count, budget = problem.visual_count, problem.budget
    kind = int(rng.integers(6))
    if kind == 0:
        prompt_budget = int(rng.integers(0, budget + 1))
        return mob_select(problem, prompt_budget=prompt_budget, fold=int(rng.integers(1, 4)))
    if kind == 1:
        return Selection([], farthest_point_sampling(problem.visual, budget))
    if kind == 2:
        nearest = np.asarray(nearest_neighbour_cover(problem))[:budget]
        rest = np.setdiff1d(np.arange(count), nearest)[: budget - len(nearest)]
        return Selection(nearest, rest)
    size = budget if kind < 5 else int(rng.integers(0, budget + 1))
    chosen = rng.permutation(count)[:size]
    cut = int(rng.integers(0, size + 1))
    return Selection(chosen[:cut], chosen[cut:])


def _few_bits(value: float) -> float:
    """Rounded up to eight binary digits, so that products of a few such radii stay exact."""
    fraction, power = np.frexp(value)
    return float(np.ldexp(np.ceil(fraction * 256) / 256, power))


def _draw_range(
    rng: np.random.Generator, distances: NDArray[Any], centres: int
) -> tuple[float, float] | None:
    """A short range just above the radius that `centres` balls reach: Theorem 2 needs such ones."""
    if rng.random() < 0.25:
        return None
    # Where so many centres reach everything any range will do, on a single point as well.
    reached = best_radius(distances, max(centres, 1))[1] or float(distances.max()) or 1.0
    high = _few_bits(reached * rng.uniform(1, 1.3))
    return _few_bits(high * rng.uniform(0.2, 0.9)), high


def _as_float(points: Points) -> NDArray[np.float64]:
    return np.asarray(points, dtype=np.float64)


def _can_be_normalised(*clouds: Points) -> bool:
    return all(bool(np.any(_as_float(cloud) != 0, axis=1).all()) for cloud in clouds)


def _draw_problem(visual: Points, prompt: Points, rng: np.random.Generator) -> CoveringProblem:
    """A random budget; clouds of floats are normalised now and then, as the paper does."""
    floats = not np.issubdtype(np.asarray(visual).dtype, np.integer)
    normalize = floats and rng.random() < 0.25 and _can_be_normalised(visual, prompt)
    return CoveringProblem(visual, prompt, _draw_budget(rng, len(visual)), normalize=normalize)


def measured_tokens(
    problem: CoveringProblem,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """V and P between which the problem measures its distances.

    Raises
    ------
    InvalidProblem
        If the problem was posed by distances and has no tokens.
    """
    if problem.visual is None or problem.prompt is None:
        raise InvalidProblem(
            "measured_tokens",
            "a problem posed by distances",
            "this claim speaks about the tokens themselves",
            "Pose it by points: CoveringProblem(visual, prompt, budget).",
        )
    visual, prompt = _as_float(problem.visual), _as_float(problem.prompt)
    if problem.normalize:
        return normalize_rows(visual), normalize_rows(prompt)
    return visual, prompt


@dataclass(frozen=True, eq=False)
class Pruning:
    """A covering problem and any selection of it.

    ``read_as`` says how much of a pair of clouds an instance holds; every class here has it.
    """

    read_as: ClassVar[str] = "all tokens"

    problem: CoveringProblem
    selection: Selection

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        """A random budget and a random selection on these clouds."""
        problem = _draw_problem(visual, prompt, rng)
        return cls(problem, _draw_selection(rng, problem))

    @cached_property
    def covering(self) -> Covering:
        return evaluate_selection(self.problem, self.selection)

    @cached_property
    def kept_to_prompt(self) -> float:
        """d_H(S, P); inf where S is empty."""
        everything = Selection(self.selection.indices, [])
        return evaluate_selection(self.problem, everything).prompt_radius

    @cached_property
    def measured_tokens(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """V and P as the problem measures them, in floats: normalised where it normalises."""
        return measured_tokens(self.problem)

    @cached_property
    def kept_points(self) -> NDArray[np.float64]:
        """The tokens of S followed by those of P."""
        visual, prompt = self.measured_tokens
        return np.concatenate([visual[np.asarray(self.selection.indices)], prompt])

    @cached_property
    def all_points(self) -> NDArray[np.float64]:
        """The tokens of V followed by those of P."""
        return np.concatenate(self.measured_tokens)

    def rounding(self, terms: int = 1) -> float:
        """Allowance for a comparison of `terms` added distances; 0 where it is exact."""
        if terms == 1 and self.problem.exact_order:
            return 0.0
        if self.problem.rounding == 0:
            return 0.0
        size = max(self.problem.visual_to_prompt, float(np.max(self.problem.visual_visual)))
        return 2 * terms * (self.problem.rounding + EPS * size)


@dataclass(frozen=True, eq=False)
class MapPruning(Pruning):
    """A pruning together with a set function that stands for the model.

    The constants of set functions are Euclidean, so the problem's metric must be.
    """

    map: SetFunction

    def __post_init__(self) -> None:
        if self.problem.metric != "euclidean":
            raise InvalidProblem(
                type(self).__name__,
                f"a problem with metric {self.problem.metric!r}",
                "Lipschitz constants of set functions are known for the Euclidean distance",
                'Pose the problem with metric="euclidean".',
            )

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        base = Pruning.from_clouds(visual, prompt, rng)
        draw = draw_control if rng.random() < 0.25 else draw_lipschitz_map
        return cls(base.problem, base.selection, draw(rng, base.all_points))

    @cached_property
    def error(self) -> float:
        """``|F(V + P) - F(S + P)|``."""
        return float(np.linalg.norm(self.map(self.all_points) - self.map(self.kept_points)))

    @property
    def constant(self) -> float:
        """The Lipschitz constant of the map; raises where it has none."""
        return lipschitz_constant(self.map)

    def error_margin_rounding(self, terms: int = 1) -> float:
        """Allowance for comparing the error with C times `terms` added distances."""
        of_map = 2 * self.map.rounding(self.all_points)
        if of_map == 0 and self.rounding(terms) == 0:
            return 0.0
        constant = self.map.constant or 0.0
        return of_map + constant * self.rounding(terms) + 4 * EPS * self.error


@dataclass(frozen=True, eq=False)
class GreedyRun(MapPruning):
    """A run of the paper's Algorithm 1, with the regularity that Theorem 2 supposes of both sets.

    Attributes
    ----------
    prompt_budget, fold : K_p and k of Algorithm 1; ``selection`` is its output
    exponent : d_eff of the regularity ``a r^-d_eff <= N(X, r) <= b r^-d_eff``
    prompt_range, visual_range : (delta, eps_0] for P and for V; None for the default of
        `regularity`
    """

    prompt_budget: int
    fold: int
    exponent: float
    prompt_range: tuple[float, float] | None
    visual_range: tuple[float, float] | None

    @classmethod
    def of(
        cls,
        problem: CoveringProblem,
        prompt_budget: int,
        fold: int,
        map: SetFunction,
        *,
        exponent: float = 1.0,
        prompt_range: tuple[float, float] | None = None,
        visual_range: tuple[float, float] | None = None,
    ) -> Self:
        """Run Algorithm 1 on `problem`."""
        selection = mob_select(problem, prompt_budget=prompt_budget, fold=fold)
        ranges = (prompt_range, visual_range)
        return cls(problem, selection, map, prompt_budget, fold, exponent, *ranges)

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        problem = _draw_problem(visual, prompt, rng)
        between = rng.integers(0, problem.budget + 1, 3)
        prompt_budget = int(rng.choice([problem.budget, *between]))
        points = np.concatenate(measured_tokens(problem))
        return cls.of(
            problem,
            prompt_budget,
            int(rng.integers(1, 4)),
            draw_lipschitz_map(rng, points),
            exponent=float(rng.choice([1.0, 2.0])),
            prompt_range=_draw_range(rng, problem.prompt_prompt, prompt_budget),
            visual_range=_draw_range(rng, problem.visual_visual, problem.budget - prompt_budget),
        )

    @property
    def visual_budget(self) -> int:
        return self.problem.budget - self.prompt_budget

    @cached_property
    def prompt_regularity(self) -> Regularity | None:
        """The constants a and b of P; None where P has no range of positive length."""
        _, prompt = self.measured_tokens
        distances = self.problem.prompt_prompt
        return regularity(prompt, distances, self.exponent, self.prompt_range)

    @cached_property
    def visual_regularity(self) -> Regularity | None:
        """The constants a' and b' of V; None where V has no range of positive length."""
        visual, _ = self.measured_tokens
        distances = self.problem.visual_visual
        return regularity(visual, distances, self.exponent, self.visual_range)

    @cached_property
    def seeded_optimum(self) -> float | None:
        """``OPT(K_v | S_p)`` with centres among V, by enumeration; None for many tokens."""
        visual, _ = self.measured_tokens
        picks = len(self.selection.visual_centers)
        if len(visual) > SMALL or picks == 0:
            return None
        return SeededRun(
            visual, visual[np.asarray(self.selection.prompt_centers)], picks
        ).optimal_radius


@dataclass(frozen=True, eq=False)
class LinePruning(Pruning):
    """V, P and a selection on a line of integers, where covering numbers are exact.

    Attributes
    ----------
    low, high : the radii of regularity (delta, eps_0]
    exponent : d_eff, a positive integer so that powers stay exact
    """

    read_as: ClassVar[str] = (
        "one coordinate of at most 12 tokens of each kind, as integers of at most 16 bits"
    )

    low: float
    high: float
    exponent: int

    def __post_init__(self) -> None:
        points, normalised = self.problem.visual, self.problem.normalize
        if (
            normalised
            or points is None
            or points.shape[1] != 1
            or np.any(points != np.round(points))
        ):
            raise InvalidProblem(
                type(self).__name__,
                f"{self.problem!r}",
                "covering numbers are exact on a line of integers only",
                "Pass integer tokens of shape (n, 1), not normalised.",
            )

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        """Project on a coordinate, keep a few points, and round to integers of at most 16 bits."""
        axis = int(rng.integers(visual.shape[1]))
        v = np.asarray(visual)[rng.permutation(len(visual))[: SMALL + 3], axis]
        p = np.asarray(prompt)[rng.permutation(len(prompt))[: SMALL + 3], axis]
        if not np.issubdtype(v.dtype, np.integer) or max(np.abs(v).max(), np.abs(p).max()) > 2**15:
            scale = max(float(np.abs(v).max()), float(np.abs(p).max())) or 1.0
            v, p = (np.round(2.0**15 * _as_float(x) / scale) for x in (v, p))
        v, p = v.astype(np.int64)[:, None], p.astype(np.int64)[:, None]
        problem = CoveringProblem(v, p, _draw_budget(rng, len(v)))
        spread = float(max(np.ptp(np.concatenate([v, p])), 1))
        # Radii are multiples of a quarter: products of a few of them stay exact.
        low = float(rng.choice([0.25, np.ceil(spread / 8) / 4, np.ceil(spread * rng.random()) / 4]))
        high = float(low + spread * (1 + int(rng.integers(2))))
        base = cls(problem, _draw_selection(rng, problem), low, high, int(rng.integers(1, 3)))
        if rng.random() < 0.3:
            return replace(base, selection=base.balanced_selection(rng))
        return base

    def balanced_selection(self, rng: np.random.Generator) -> Selection:
        """Farthest points of the picture, the first few of them given to the prompt half."""
        order = np.asarray(farthest_point_sampling(self.problem.visual, self.problem.budget))
        cut = int(rng.integers(1, max(2, self.problem.budget)))
        return Selection(order[:cut], order[cut:])

    @cached_property
    def visual_line(self) -> LineCover:
        return LineCover.of(self.problem.visual)

    @cached_property
    def prompt_line(self) -> LineCover:
        return LineCover.of(self.problem.prompt)

    def total(self, radius: float) -> int:
        """``N(P, r) + N(V, r)``."""
        return self.prompt_line.number(radius) + self.visual_line.number(radius)

    @cached_property
    def breakpoints(self) -> tuple[float, ...]:
        """All radii at which one of the two covering numbers can drop, ascending."""
        return tuple(sorted({*self.visual_line.breakpoints, *self.prompt_line.breakpoints}))

    @cached_property
    def optimal_radius(self) -> float:
        """``r* = min{r : N(P, r) + N(V, r) <= K}``; inf where K < 2."""
        fitting = (r for r in self.breakpoints if self.total(r) <= self.problem.budget)
        return next(fitting, float("inf"))

    @property
    def eta(self) -> float:
        """The coupling d_H(V, P)."""
        return self.problem.coupling

    @cached_property
    def best_level(self) -> float | None:
        """``sup eta/z`` over the z that the paper admits, None where there is none.

        Admissible: ``r = eta/z`` in (delta, eta) with ``N(P, r) + N(V, r) > K``.
        """
        inside = [self.low, *(r for r in self.breakpoints if self.low < r < self.eta), self.eta]
        level = None
        for left, right in pairwise(inside):
            # The numbers are constant on [left, right); its middle stands for the open interval.
            if left < right and self.total((left + right) / 2) > self.problem.budget:
                level = right
        return level

    @cached_property
    def constants(self) -> tuple[float, float]:
        """The best ``a`` (of P) and ``a'`` (of V) with ``N(X, r) >= a r^-d`` on (delta, eps_0]."""
        return tuple(
            min(
                line.number(r) * r**self.exponent
                for r in (self.low, *line.breakpoints)
                if self.low <= r <= self.high
            )
            for line in (self.prompt_line, self.visual_line)
        )  # pyright: ignore[reportReturnType]

    @property
    def in_range(self) -> bool:
        """Both radii lie in (delta, eps_0]."""
        radii = (self.covering.prompt_radius, self.covering.visual_radius)
        return all(self.low < r <= self.high for r in radii)


@dataclass(frozen=True, eq=False)
class LinePruningMap(LinePruning):
    """A pruning on a line with a set function."""

    map: SetFunction

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        base = LinePruning.from_clouds(visual, prompt, rng)
        fields = {n: getattr(base, n) for n in ("problem", "selection", "low", "high", "exponent")}
        return cls(**fields, map=draw_lipschitz_map(rng, base.all_points))

    @cached_property
    def error(self) -> float:
        """``|F(V + P) - F(S + P)|``."""
        return float(np.linalg.norm(self.map(self.all_points) - self.map(self.kept_points)))


@dataclass(frozen=True, eq=False)
class SeededRun:
    """A small point set, external seeds that cost nothing, and a number of picks.

    Attributes
    ----------
    points : (N, d), N small enough for enumeration
    seeds : (Z, d), possibly none
    picks : number of further centres
    """

    read_as: ClassVar[str] = "at most 9 visual tokens and 3 prompt tokens"

    points: Points
    seeds: Points
    picks: int

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        points = visual[rng.permutation(len(visual))[:SMALL]]
        seeds = prompt[rng.permutation(len(prompt))[: int(rng.integers(0, 4))]]
        return cls(points, seeds, int(rng.integers(1, len(points) + 1)))

    @cached_property
    def distances(self) -> NDArray[np.float64]:
        """Between the points."""
        return pairwise_distances(self.points, self.points)

    @cached_property
    def seed_distances(self) -> NDArray[np.float64]:
        """Of every point to its nearest seed; inf without seeds."""
        if len(self.seeds) == 0:
            return np.full(len(self.points), np.inf)
        return pairwise_distances(self.points, self.seeds).min(axis=1)

    @cached_property
    def picked(self) -> NDArray[np.int64]:
        """Farthest-point sampling started from the seeds."""
        seeds = self.seeds if len(self.seeds) else None
        return np.asarray(farthest_point_sampling(self.points, self.picks, external_seeds=seeds))

    def radius(self, centres: Points) -> float:
        """``h(V -> Z + centres)`` for centres given as indices."""
        reach = self.distances[:, np.asarray(centres, dtype=np.int64)].min(axis=1, initial=np.inf)
        return float(np.minimum(reach, self.seed_distances).max())

    @cached_property
    def greedy_radius(self) -> float:
        return self.radius(self.picked)

    @cached_property
    def optimal_radius(self) -> float:
        """``OPT(k | Z)`` with centres among the points, by enumeration."""
        subsets = np.array(list(combinations(range(len(self.points)), self.picks)))
        reach = self.distances[:, subsets].min(axis=2)
        return float(np.minimum(reach, self.seed_distances[:, None]).max(axis=0).min())

    @property
    def external_optimum(self) -> float | None:
        """``OPT(k | Z)`` with centres anywhere; exact on a line of integers, None elsewhere."""
        points = np.asarray(self.points)
        if points.shape[1] != 1 or not np.all(points == np.round(points)):
            return None
        candidates = sorted(
            {
                *LineCover.of(points).breakpoints,
                *self.seed_distances[np.isfinite(self.seed_distances)],
            }
        )
        for r in candidates:
            left = points[self.seed_distances > r]
            if len(left) == 0 or LineCover.of(left).number(r) <= self.picks:
                return float(r)
        return float(candidates[-1])

    @property
    def rounding(self) -> float:
        """Allowance for a radius against twice another; 0 where single distances order exactly."""
        everything = np.concatenate([_as_float(self.points), _as_float(self.seeds)])
        if order_is_exact(everything, "euclidean"):
            return 0.0
        # Greedy radius, the triangle inequality behind it and the optimum: six distances at most.
        return 6 * distance_rounding(everything)


@dataclass(frozen=True, eq=False)
class RegularSet:
    """A point set and the covering regularity that Lemma 3 supposes of its neighbourhood.

    Attributes
    ----------
    points : (L, d)
    width : delta, the radius of the neighbourhood P_delta
    high : eps_0
    exponent : d_eff
    lower, upper : a and b, supposed to hold for ``N(P_delta, r)`` on all of (0, eps_0]
    radius : a radius in (delta, eps_0] at which the conclusion is read
    """

    read_as: ClassVar[str] = "at most 8 prompt tokens"

    points: Points
    width: float
    high: float
    exponent: float
    lower: float
    upper: float
    radius: float

    def __post_init__(self) -> None:
        values = (self.width, self.high, self.exponent, self.lower, self.upper, self.radius)
        if not all(np.isfinite(value) and value > 0 for value in values):
            raise InvalidProblem(
                "RegularSet",
                f"delta, eps_0, d_eff, a, b, radius = {values}",
                "constants and radii must be positive and finite",
                "Choose 0 < delta < radius <= eps_0.",
            )

    def number(self, radius: float) -> int:
        """The covering number of the points with centres among them."""
        return 1 + int(np.count_nonzero(self._profile > radius))

    @cached_property
    def _profile(self) -> NDArray[np.float64]:
        return covering_profile(pairwise_distances(self.points, self.points))

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        points = _as_float(prompt)[:8]
        spread = float(np.ptp(points, axis=0).max()) or 1.0
        width = spread * 10.0 ** rng.uniform(-3, -0.5)
        high = width * 10.0 ** rng.uniform(0.1, 3)
        exponent = float(rng.choice([0.5, 1.0, 2.0, points.shape[1], 16.0, 4096.0]))
        radius = float(width + (high - width) * (1 - rng.random()))
        lower, upper = (float(x) for x in 10.0 ** rng.uniform([-9, -1], [1, 9]))
        return cls(points, width, high, exponent, lower, upper, radius)


@dataclass(frozen=True)
class Sizes:
    """The sizes that the cost of Algorithm 1 depends on."""

    read_as: ClassVar[str] = "the numbers of tokens and channels"

    visual: int
    prompt: int
    width: int
    budget: int
    prompt_budget: int
    fold: int

    @classmethod
    def from_clouds(cls, visual: Points, prompt: Points, rng: np.random.Generator) -> Self:
        budget = _draw_budget(rng, len(visual))
        prompt_budget = int(rng.integers(0, budget + 1))
        fold = int(rng.integers(1, 1 + int(rng.choice([min(3, len(visual)), len(visual)]))))
        return cls(len(visual), len(prompt), visual.shape[1], budget, prompt_budget, fold)
