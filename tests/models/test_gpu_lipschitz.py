"""Lipschitz evidence on CUDA: what one device measured, the other finds again."""

import pytest
import torch

from mobtheory.models import load, load_witness, measure_lipschitz
from mobtheory.models.embedded import held_out_scene

from .on_cuda import ON_CUDA
from .random_llava import SHORT

pytestmark = ON_CUDA

QUICK = {"draws": 1, "rounds": 1, "width": 4, "steps": 2}


def evidence_on(device, dtype):
    model = load("embedded", device=device, dtype=dtype)
    return model, measure_lipschitz(model, model.inputs(held_out_scene(1).image, SHORT), 2, **QUICK)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16], ids=str)
def test_the_assumption_fails_and_the_repair_holds_in_every_precision(dtype, tmp_path):
    model, found = evidence_on("cuda", dtype)
    assert found.refuted
    assert all(row.above == 0 for row in (*found.heads, *found.repaired))
    assert load_witness(found.witness.save(tmp_path / "witness.npz"), model).lower_bound > 0


def test_a_witness_of_the_cpu_holds_on_cuda(tmp_path):
    _, found = evidence_on("cpu", torch.float32)
    on_cuda = load("embedded", device="cuda", dtype=torch.float32)
    load_witness(found.witness.save(tmp_path / "witness.npz"), on_cuda)
    load_witness(found.moved_witness.save(tmp_path / "moved.npz"), on_cuda)
