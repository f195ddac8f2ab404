"""One thread on one core, the option --quick, and results without names of machines or folders."""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_variable] = "1"
# Peers start processes and threads of their own; this binds them as well.
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import pytest  # noqa: E402

import mobtheory as mob  # noqa: E402
from benchmarks import machine  # noqa: E402
from benchmarks.instances import pmed  # noqa: E402
from benchmarks.measuring import Bench  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--quick", action="store_true", help="small cases, two minutes; no results")


@pytest.fixture(scope="session")
def quick(pytestconfig) -> bool:
    """Whether this is the smoke run, which shows that everything works and measures nothing."""
    return pytestconfig.getoption("--quick")


@pytest.fixture
def bench(benchmark, request) -> Bench:
    benchmark.group = request.module.GROUP
    return Bench(benchmark)


@pytest.fixture(scope="session")
def pmed_folder():
    where = pmed.folder()
    if where is None:
        pytest.skip(
            f"{pmed.VARIABLE} is not set: `python -m benchmarks.fetch_pmed FOLDER` gets the graphs"
        )
    return where


@pytest.fixture(scope="session")
def warm_solver() -> None:
    """Load what a first solve loads, so that no timing holds an import."""
    line = np.abs(np.subtract.outer(np.arange(12.0), np.arange(12.0)))
    mob.k_center(line, 3)


def pytest_benchmark_update_machine_info(config, machine_info):
    machine_info.clear()
    machine_info.update(machine.description())


def pytest_benchmark_update_commit_info(config, commit_info):
    for name in {*commit_info} - {"id", "time", "dirty"}:
        del commit_info[name]


def pytest_benchmark_update_json(config, benchmarks, output_json):
    output_json["quick"] = config.getoption("--quick")
