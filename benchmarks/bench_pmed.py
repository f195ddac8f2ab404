"""OR-Library's 40 graphs to proven optimality, beside spopt's PCenter with CBC."""

from time import perf_counter

import pytest

import mobtheory as mob
from benchmarks.instances import pmed
from benchmarks.measuring import Figure, Target, at_least, at_most
from benchmarks.peers.p_center import spopt_radius
from benchmarks.showing import checked_bracket

GROUP = "pmed"
SPOPT = "spopt PCenter (CBC)"


def check_optimum(distances, fact, result):
    """The radius of the centres, the published optimum and the proof agree; the result in words."""
    centers = result.selection.visual_centers
    assert len(set(centers.tolist())) == len(centers) <= fact.centers
    assert distances[:, centers].min(axis=1).max() == result.upper
    assert result.lower <= fact.radius <= result.upper
    return checked_bracket(distances, result)


@pytest.mark.usefixtures("warm_solver")
def test_all_forty(bench, pmed_folder, quick):
    names = pmed.NAMES[:10] if quick else pmed.NAMES
    rounds, reference = (1, "pmed5") if quick else (3, "pmed1")
    instances = {name: pmed.read_pmed(name, pmed_folder) for name in names}
    seconds = {name: [] for name in names}

    def solve_all():
        results = {}
        for name, (distances, fact) in instances.items():
            start = perf_counter()
            results[name] = mob.k_center(distances, fact.centers)
            seconds[name].append(perf_counter() - start)
        return results

    distances, fact = instances[reference]
    peer = f"{SPOPT} on {reference} alone"
    results = bench.run(
        solve_all, peers={peer: spopt_radius(distances, fact.centers)}, rounds=rounds
    )
    said = {name: check_optimum(*instances[name], result) for name, result in results.items()}
    proven = sum(result.status == "optimal" for result in results.values())
    medians = {name: Figure(tuple(times)).median for name, times in seconds.items()}
    slowest = max(medians, key=medians.__getitem__)
    spopt = Figure(tuple(bench.peers[peer])).median
    targets = [Target(f"all {len(names)} proven", str(proven), proven == len(names))]
    if not quick:
        share, worst = 1 / bench.ratio(peer).median, medians[slowest] / spopt
        targets.append(at_most("total at most 0.4 times spopt's pmed1", share, 0.4))
        targets.append(at_most("none above 0.12 times that", worst, 0.12))
    bench.record(
        f"all {len(names)}",
        f"{proven} of {len(names)} proven optimal; slowest {slowest} with {medians[slowest]:.2f} s",
        targets=tuple(targets),
        seconds=medians,
        brackets=said,
        certificates={name: result.certificate.kind for name, result in results.items()},
    )


@pytest.mark.usefixtures("warm_solver")
@pytest.mark.parametrize("name", ["pmed1", "pmed2", "pmed5", "pmed10"])
def test_beside_spopt(bench, pmed_folder, quick, name):
    if quick and name != "pmed5":
        pytest.skip("spopt takes too long for a smoke run")
    distances, fact = pmed.read_pmed(name, pmed_folder)
    result = bench.run(
        lambda: mob.k_center(distances, fact.centers),
        peers={SPOPT: spopt_radius(distances, fact.centers)},
        rounds=1 if quick else 3,
    )
    said = check_optimum(distances, fact, result)
    peer_radius = bench.answers[SPOPT]
    bench.record(
        f"{name} (n={fact.nodes}, p={fact.centers})",
        said + ("" if peer_radius == fact.radius else f"; spopt says {peer_radius:g}"),
        targets=(at_least("50 times faster than spopt", bench.ratio(SPOPT).median, 50),),
        certificate=result.certificate.kind,
        spopt_radius=peer_radius,
    )
