"""The inputs of the benchmarks: the reader of OR-Library's files, the fetcher, the clouds."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fetch_pmed
from benchmarks.instances import pmed
from benchmarks.instances.clouds import CLOUDS
from benchmarks.instances.prompts import prompts_near
from mobtheory.errors import InvalidProblem


@pytest.fixture
def write(tmp_path):
    def write(text, name="some.txt"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_shortest_paths_of_a_small_graph(write):
    graph = pmed.read_graph(write(" 4 4 2 \n 1 2 3 \n 2 3 4 \n 3 4 5 \n 1 4 20 \n\n"))
    assert (graph.nodes, graph.centers) == (4, 2)
    expected = [[0, 3, 7, 12], [3, 0, 4, 9], [7, 4, 0, 5], [12, 9, 5, 0]]
    assert pmed.distances(graph).tolist() == expected


@pytest.mark.parametrize("again", ["1 2 8", "2 1 8"])
def test_the_last_line_of_an_edge_wins_even_if_it_is_longer(write, again):
    graph = pmed.read_graph(write(f"2 2 1\n1 2 3\n{again}\n"))
    assert pmed.distances(graph).tolist() == [[0, 8], [8, 0]]


def test_one_node_needs_no_edge(write):
    assert pmed.distances(pmed.read_graph(write("1 0 1\n"))).tolist() == [[0]]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "an empty file"),
        ("<html>not found</html>\n", "line 1"),
        ("3 2\n", "three integers"),
        ("3 2 1\n1 2 5\n", "1 edges; the first line promises 2"),
        ("3 1 1\n1 2 5\n2 3 5\n", "2 edges; the first line promises 1"),
        ("3 2 1\n1 2 5\n2 3 x\n", "line 3"),
        ("3 2 1\n1 2 5\n2 3 5.5\n", "three integers"),
        ("3 2 1\n1 2 5\n2 4 5\n", "line 3: 2 4"),
        ("3 2 1\n1 2 5\n0 2 5\n", "line 3: 0 2"),
        ("3 2 1\n1 2 5\n2 2 5\n", "two nodes"),
        ("3 2 1\n1 2 5\n2 3 -5\n", "costs are positive"),
        ("3 2 1\n1 2 5\n2 3 0\n", "costs are positive"),
        ("3 2 4\n1 2 5\n2 3 5\n", "p=4"),
        ("3 2 0\n1 2 5\n2 3 5\n", "p=0"),
    ],
)
def test_a_broken_file_says_what_is_wrong(write, text, complaint):
    with pytest.raises(InvalidProblem) as caught:
        pmed.read_graph(write(text))
    assert complaint in str(caught.value)
    assert "some.txt" in str(caught.value)


@pytest.mark.parametrize("text", ["3 1 1\n1 2 5\n", "2 0 1\n"])
def test_a_graph_in_pieces_is_refused(write, text):
    with pytest.raises(InvalidProblem, match="several pieces"):
        pmed.distances(pmed.read_graph(write(text)))


def test_a_file_of_another_size_is_not_taken_for_the_instance(write, tmp_path):
    write("2 1 1\n1 2 5\n", "pmed1.txt")
    with pytest.raises(InvalidProblem, match="pmed1 has n=100, p=5"):
        pmed.read_pmed("pmed1", tmp_path)


def test_the_folder_is_what_the_variable_names(monkeypatch, tmp_path):
    monkeypatch.delenv(pmed.VARIABLE, raising=False)
    assert pmed.folder() is None
    monkeypatch.setenv(pmed.VARIABLE, str(tmp_path))
    assert pmed.folder() == tmp_path
    monkeypatch.setenv(pmed.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(InvalidProblem, match="fetch_pmed"):
        pmed.folder()


def test_forty_instances_are_known():
    assert tuple(pmed.known()) == pmed.NAMES
    assert pmed.known()["pmed40"] == pmed.Known(900, 90, 13)
    assert pmed.known()["pmed1"].edges == 200


def _instance(name, spare=0):
    """A path of the instance's size; the edges that are left repeat its first edge."""
    fact = pmed.known()[name]
    path = [f"{i} {i + 1} 1" for i in range(1, fact.nodes)]
    repeated = ["1 2 1"] * (fact.edges - len(path) - spare)
    header = f"{fact.nodes} {fact.edges - spare} {fact.centers}"
    return "\n".join([header, *path, *repeated]) + "\n"


def test_fetching_completes_a_folder_and_touches_no_good_file(tmp_path):
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.mkdir()
    folder.mkdir()
    names = ("pmed1", "pmed2", "pmed3")
    for name in names:
        (source / f"{name}.txt").write_text(_instance(name))
    good, torn = folder / "pmed1.txt", folder / "pmed2.txt"
    good.write_text(_instance("pmed1") + "\n")
    torn.write_text(_instance("pmed2")[:100])
    os.utime(good, (1, 1))
    assert fetch_pmed.fetch(folder, source.as_uri(), names) == ["pmed2", "pmed3"]
    assert good.stat().st_mtime == 1
    assert torn.read_text() == _instance("pmed2")
    assert sorted(p.name for p in folder.iterdir()) == [f"{name}.txt" for name in names]
    assert fetch_pmed.fetch(folder, source.as_uri(), names) == []


@pytest.mark.parametrize(
    ("arriving", "complaint"),
    [
        ("<html>gone</html>", "three integers"),
        (_instance("pmed2"), "p=10 instead of"),
        (_instance("pmed1", spare=1), "199 edges instead of 200"),
    ],
)
def test_what_arrives_broken_is_thrown_away(tmp_path, capsys, arriving, complaint):
    source, folder = tmp_path / "source", tmp_path / "folder"
    source.mkdir()
    (source / "pmed1.txt").write_text(arriving)
    with pytest.raises(InvalidProblem) as caught:
        fetch_pmed.fetch(folder, source.as_uri(), ("pmed1",))
    assert complaint in str(caught.value)
    assert [*folder.iterdir()] == []
    assert fetch_pmed.main([str(folder), "--source", source.as_uri()]) == 1
    assert "run the command again" in capsys.readouterr().err


def test_the_shipped_optima_are_those_of_the_data():
    where = pmed.folder()
    if where is None or not (where / "optima.csv").is_file():
        pytest.skip(f"{pmed.VARIABLE} names no folder with optima.csv")
    shipped = Path(pmed.__file__).with_name("optima.csv")
    assert (where / "optima.csv").read_text().splitlines()[1:] == (
        shipped.read_text().splitlines()[1:]
    )


@pytest.mark.parametrize("kind", CLOUDS)
@pytest.mark.parametrize(("count", "width"), [(50, 8), (101, 300)])
def test_clouds_are_seeded_unit_vectors(kind, count, width):
    cloud = CLOUDS[kind](count, width, seed=3)
    assert cloud.shape == (count, width)
    # A length is rounded by a few units per summed square.
    assert np.abs(np.linalg.norm(cloud, axis=1) - 1).max() <= 4 * np.finfo(float).eps
    assert np.array_equal(cloud, CLOUDS[kind](count, width, seed=3))
    assert not np.array_equal(cloud, CLOUDS[kind](count, width, seed=4))


def test_neighbours_on_the_grid_are_alike_in_token_like_clouds_only():
    def step_and_stride(kind):
        cloud = CLOUDS[kind](576, 64, seed=0)
        grid = cloud.reshape(24, 24, -1)
        step = np.linalg.norm(grid[:, 1:] - grid[:, :-1], axis=2).mean()
        stride = np.linalg.norm(grid[:, 12:] - grid[:, :12], axis=2).mean()
        return step / stride

    assert step_and_stride("token-like") < 0.7
    assert step_and_stride("uniform") > 0.9


def test_a_gap_moves_the_prompts_away_from_the_picture():
    visual = CLOUDS["token-like"](576, 256)
    near, far = (prompts_near(visual, 32, gap=gap) for gap in (0.0, 0.6))
    assert near.shape == far.shape == (32, 256)

    def nearest(prompt):
        return 1 - (prompt @ visual.T).max(axis=1).mean()

    assert nearest(far) > nearest(near) > 0
