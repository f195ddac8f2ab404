"""K-center on clouds: proven optima where structure allows, certified gaps elsewhere."""

import pytest
from scipy.spatial.distance import pdist, squareform

import mobtheory as mob
from benchmarks.instances.clouds import CLOUDS
from benchmarks.measuring import Target, at_most
from benchmarks.showing import checked_bracket

GROUP = "clouds"
LIMIT = 60.0


@pytest.mark.usefixtures("warm_solver")
@pytest.mark.parametrize(
    ("kind", "count", "k", "target"),
    [
        ("clustered", 576, 64, 2.0),
        ("token-like", 576, 64, 2.0),
        ("uniform", 576, 64, None),
        ("token-like", 2880, 320, 20.0),
        ("clustered", 2880, 320, None),
        ("uniform", 2880, 320, None),
    ],
)
def test_k_center(bench, quick, kind, count, k, target):
    if quick and count > 576:
        pytest.skip("too long for a smoke run")
    distances = squareform(pdist(CLOUDS[kind](count)))
    limit = 5.0 if quick else LIMIT
    rounds = 3 if target and not quick else 1
    result = bench.run(lambda: mob.k_center(distances, k, time_limit=limit), rounds=rounds)

    centers = result.selection.visual_centers
    assert len(set(centers.tolist())) == len(centers) <= k
    assert distances[:, centers].min(axis=1).max() == result.upper
    said = checked_bracket(distances, result)
    sampled = mob.covering.farthest_points(distances, k)
    greedy = distances[:, sampled].min(axis=1).max()
    # The sampling starts anywhere and the solver does not lose to it.
    assert result.lower <= greedy

    targets = ()
    if target is not None:
        proven = result.status == "optimal"
        measured = f"{bench.seconds:.2f} s" if proven else "not proven"
        reached = proven and bench.seconds <= target
        targets = (Target(f"proven within {target:g} s", measured, reached),)
    elif (kind, count) == ("uniform", 576):
        gap = 100 * result.gap
        targets = (at_most(f"gap at most 1.2 % after {limit:g} s", gap, 1.2, "{:.2f} %"),)
    bench.record(
        f"{kind}, N={count}, K={k}",
        f"{said}; farthest-point sampling {greedy:.4f}",
        targets=targets,
        lower=result.lower,
        upper=result.upper,
        status=result.status,
        certificate=result.certificate.kind,
        sampled=float(greedy),
        notes=list(result.notes),
    )
