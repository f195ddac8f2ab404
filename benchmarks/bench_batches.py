"""A batch of images in one call, beside one call for each image."""

import numpy as np

import mobtheory as mob
from benchmarks.instances.clouds import token_like
from benchmarks.instances.prompts import prompts_near

GROUP = "batches"
IMAGES, COUNT, PROMPTS, WIDTH, BUDGET, PROMPT_BUDGET, FOLD = 8, 576, 40, 1024, 64, 24, 4
LOOP = "one call for each image"
SIZE = f"{IMAGES} images, N={COUNT}, d={WIDTH}, K={BUDGET}"


def images():
    """Several pictures, (B, N, d) float32."""
    clouds = [token_like(COUNT, WIDTH, seed=seed) for seed in range(IMAGES)]
    return np.stack(clouds).astype(np.float32)


def test_mob_select_batch(bench, quick):
    visual = images()
    prompt = np.stack([prompts_near(v, PROMPTS) for v in visual]).astype(np.float32)

    def together():
        return mob.mob_select_batch(
            visual, prompt, BUDGET, prompt_budget=PROMPT_BUDGET, fold=FOLD, normalize=True
        )

    def one_by_one():
        return [
            mob.mob_select(
                mob.CoveringProblem(v, p, BUDGET, normalize=True),
                prompt_budget=PROMPT_BUDGET,
                fold=FOLD,
            )
            for v, p in zip(visual, prompt, strict=True)
        ]

    batch = bench.run(together, peers={LOOP: one_by_one}, rounds=3 if quick else 9, primed=True)
    same = sum(
        np.array_equal(a.prompt_centers, b.prompt_centers)
        and np.array_equal(a.visual_centers, b.visual_centers)
        for a, b in zip(batch, bench.answers[LOOP], strict=True)
    )
    bench.record(f"mob_select_batch, {SIZE}, L={PROMPTS}", f"{same} of {IMAGES} alike")


def test_farthest_point_sampling_batch(bench, quick):
    visual = images()
    batch = bench.run(
        lambda: mob.farthest_point_sampling(visual, BUDGET),
        peers={LOOP: lambda: [mob.farthest_point_sampling(v, BUDGET) for v in visual]},
        rounds=3 if quick else 9,
        primed=True,
    )
    same = sum(map(np.array_equal, batch, bench.answers[LOOP]))
    bench.record(f"farthest_point_sampling, {SIZE}", f"{same} of {IMAGES} alike")
