"""Train the embedded model: ``python -m mobtheory.models.embedded.train --output FOLDER``.

Every step draws its own pictures from (seed, stage, step), so a run that was killed resumes
from its last saved state and ends with the same weights as one that was not.
"""

import argparse
import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

from mobtheory.models.embedded.architecture import WIDTH, build_model, build_processor
from mobtheory.models.embedded.optimizer import MasterAdamW
from mobtheory.models.embedded.packing import IGNORED, Packed, pack
from mobtheory.models.embedded.questions import KINDS, Question, questions_about
from mobtheory.models.embedded.recipe import Recipe, Stage
from mobtheory.models.embedded.scenes import (
    CELL,
    DIGIT_BOX,
    EMPTY,
    FIRST_SMALL,
    GRID,
    NO_COLOUR,
    NO_DIGIT,
    PATCH,
    Scene,
    draw_scene,
)

LATE_LAYERS = (0, 1)
TOKENS_PER_CELL = CELL // PATCH
FINE_PER_KIND = 2
_CONTENTS = DIGIT_BOX + 1
_STAGE_NUMBER: dict[Stage, int] = {"vision": 0, "late-fusion": 1, "free": 2}


def pixels(scenes: list[Scene]) -> torch.Tensor:
    """The pixel values that the processor makes of these pictures, (B, 3, 96, 96) float32."""
    images = build_processor().image_processor
    stack = torch.from_numpy(np.stack([s.image for s in scenes])).permute(0, 3, 1, 2)
    mean = torch.tensor(images.image_mean).view(3, 1, 1)
    deviation = torch.tensor(images.image_std).view(3, 1, 1)
    return (stack.float() / 255 - mean) / deviation


def training_questions(scene: Scene, rng: np.random.Generator) -> list[Question]:
    """All coarse questions and two of each fine kind."""
    chosen: list[Question] = []
    everything = questions_about(scene)
    for kind, family in KINDS.items():
        candidates = [q for q in everything if q.kind == kind]
        if family == "fine":
            order = rng.permutation(len(candidates))[:FINE_PER_KIND]
            candidates = [candidates[i] for i in order]
        chosen += candidates
    return chosen


class Trainer:
    """The model, its read-out head and the optimiser of the current stage."""

    def __init__(
        self, recipe: Recipe, device: str = "cpu", dtype: torch.dtype = torch.bfloat16
    ) -> None:
        self.recipe, self.device, self.dtype = recipe, torch.device(device), dtype
        self.model = build_model(recipe.seed)
        self.model.set_attn_implementation("eager")  # in bfloat16 on a CPU faster than sdpa
        nn.Module.to(self.model, self.device, dtype).train()
        with torch.random.fork_rng():
            torch.manual_seed(recipe.seed)
            self.head = nn.Linear(WIDTH, _CONTENTS + NO_COLOUR + 1 + NO_DIGIT + 1).to(
                self.device, dtype
            )
        self.stage: Stage = "vision"
        self.done = 0
        self._late_mask: torch.Tensor | None = None
        for layer in LATE_LAYERS:
            decoder = self.model.model.language_model.layers[layer]
            decoder.register_forward_pre_hook(self._use_late_mask, with_kwargs=True)
        self.optimizer = self._optimizer()

    def _use_late_mask(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._late_mask is not None:
            kwargs = {**kwargs, "attention_mask": self._late_mask}
        return args, kwargs

    def _optimizer(self) -> MasterAdamW:
        tower = list(self.model.model.vision_tower.parameters())
        if self.stage == "vision":
            return MasterAdamW([([*tower, *self.head.parameters()], 1.0)])
        inside = {id(p) for p in tower}
        rest = [p for p in self.model.parameters() if id(p) not in inside]
        return MasterAdamW([(tower, self.recipe.vision_factor), (rest, 1.0)])

    def enter(self, stage: Stage) -> None:
        """Begin `stage`; late-fusion and free share one optimiser."""
        fresh = stage == "late-fusion"
        self.stage, self.done = stage, 0
        if fresh:
            self.optimizer = self._optimizer()

    def step(self) -> float:
        """One step of the current stage; returns its loss before the update."""
        rng = np.random.default_rng([self.recipe.seed, _STAGE_NUMBER[self.stage], self.done])
        scenes = [draw_scene(rng) for _ in range(self.recipe.batch)]
        loss = (
            self._vision_loss(scenes) if self.stage == "vision" else self._answer_loss(scenes, rng)
        )
        loss.backward()
        self.optimizer.step(self.recipe.rate(self.stage, self.done))
        self.done += 1
        return float(loss.detach())

    def _vision_loss(self, scenes: list[Scene]) -> torch.Tensor:
        x = pixels(scenes).to(self.device, self.dtype)
        features = self.model.model.vision_tower(x).last_hidden_state[:, 1:]
        n = TOKENS_PER_CELL
        cells = features.view(-1, GRID, n, GRID, n, WIDTH).permute(0, 1, 3, 2, 4, 5)
        readout = self.head(cells.reshape(-1, GRID * GRID, n * n, WIDTH)).float()
        content, colour, digit = (
            torch.from_numpy(np.stack([getattr(s, name) for s in scenes]))
            .to(self.device)[..., None]
            .expand(-1, -1, n * n)
            for name in ("content", "colour", "digit")
        )
        predicted = readout.split([_CONTENTS, NO_COLOUR + 1, NO_DIGIT + 1], -1)
        small = (content >= FIRST_SMALL) & (content < DIGIT_BOX)
        everywhere = torch.ones_like(small)
        # Each loss averages only over cells that have the attribute: digits drown otherwise.
        terms = (
            (predicted[0], content, everywhere),
            (predicted[1], colour, content != EMPTY),
            (predicted[2], digit, content == DIGIT_BOX),
        )
        loss = sum(F.cross_entropy(logits[where], target[where]) for logits, target, where in terms)
        return loss + F.cross_entropy(predicted[0][small], content[small])

    def _answer_loss(self, scenes: list[Scene], rng: np.random.Generator) -> torch.Tensor:
        packed = pack(
            [training_questions(s, rng) for s in scenes],
            coarse_weight=self.recipe.coarse_weight,
            end_weight=self.recipe.end_weight,
        )
        logits, labels, weights = self.answers(scenes, packed, late=self.stage == "late-fusion")
        losses = F.cross_entropy(logits, labels, reduction="none")
        return (losses * weights).sum() / weights.sum()

    def answers(
        self, scenes: list[Scene], packed: Packed, *, late: bool
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Logits, labels and weights of the scored tokens, two a question."""

        def additive(visible: torch.Tensor) -> torch.Tensor:
            mask = torch.zeros(visible.shape, dtype=self.dtype, device=self.device)
            return mask.masked_fill(~visible.to(self.device), -1e9)

        self._late_mask = additive(packed.late_visible) if late else None
        try:
            hidden = self.model.model(
                input_ids=packed.input_ids.to(self.device),
                pixel_values=pixels(scenes).to(self.device, self.dtype),
                attention_mask=additive(packed.visible),
                position_ids=packed.position_ids.to(self.device),
                use_cache=False,
            ).last_hidden_state
        finally:
            self._late_mask = None
        scored = (packed.labels[:, 1:] != IGNORED).to(self.device)
        labels = packed.labels[:, 1:].to(self.device)[scored]
        weights = packed.weights[:, 1:].to(self.device)[scored]
        return self.model.lm_head(hidden[:, :-1][scored]).float(), labels, weights

    @torch.no_grad()
    def accuracy(self, scenes: list[Scene], *, late: bool = False) -> dict[str, float]:
        """Share of right answers per kind of question, all questions of these scenes asked."""
        right: dict[str, list[bool]] = {}
        self.model.eval()
        for start in range(0, len(scenes), 32):
            chunk = scenes[start : start + 32]
            asked = [questions_about(s) for s in chunk]
            logits, labels, _ = self.answers(chunk, pack(asked), late=late)
            verdicts = (logits.argmax(-1) == labels)[::2].tolist()
            for question, verdict in zip([q for qs in asked for q in qs], verdicts, strict=True):
                right.setdefault(question.kind, []).append(verdict)
        self.model.train()
        return {kind: round(float(np.mean(v)), 4) for kind, v in right.items()}

    def save(self, path: Path) -> None:
        """Write the whole state; an interrupted write leaves the old file in place."""
        tensors = {f"model.{k}": v.contiguous() for k, v in self.model.state_dict().items()}
        tensors |= {f"head.{k}": v for k, v in self.head.state_dict().items()}
        tensors |= {f"optimizer.{k}": v for k, v in self.optimizer.state().items()}
        metadata = {
            "stage": self.stage,
            "done": str(self.done),
            "recipe": json.dumps(asdict(self.recipe)),
        }
        partial = path.with_suffix(".partial")
        save_file({k: v.detach().cpu().clone() for k, v in tensors.items()}, partial, metadata)
        os.replace(partial, path)

    def resume(self, path: Path) -> None:
        """Continue from a state that `save` wrote with the same recipe."""
        from safetensors import safe_open

        with safe_open(path, "pt") as handle:
            metadata = handle.metadata()
        if json.loads(metadata["recipe"]) != asdict(self.recipe):
            raise SystemExit(f"{path} was written with another recipe; use another --output")
        tensors = load_file(path)

        def part(prefix: str) -> dict[str, torch.Tensor]:
            return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

        stage: Stage = metadata["stage"]  # pyright: ignore[reportAssignmentType]
        self.model.load_state_dict(part("model."))
        self.head.load_state_dict(part("head."))
        if stage != "vision":
            self.enter("late-fusion")
        self.stage, self.done = stage, int(metadata["done"])
        self.optimizer.restore(part("optimizer."))


@contextmanager
def _log(path: Path, stage: Stage, done: int) -> Generator[Any]:
    """Append to the log, dropping what a killed run had written beyond its last saved state."""
    kept: list[str] = []
    if path.exists():
        for line in path.read_text().splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue  # the kill cut this line in half
            if (_STAGE_NUMBER[entry["stage"]], entry["step"]) <= (_STAGE_NUMBER[stage], done):
                kept.append(line)
    partial = path.with_suffix(".partial")
    partial.write_text("".join(line + "\n" for line in kept))
    os.replace(partial, path)
    with path.open("a") as handle:
        yield lambda **entry: (handle.write(json.dumps(entry) + "\n"), handle.flush())


def train(recipe: Recipe, output: Path, device: str = "cpu", evaluate_every: int = 250) -> Trainer:
    """Run all stages that are left, saving the state every 100 steps; returns the trainer."""
    output.mkdir(parents=True, exist_ok=True)
    state = output / "state.safetensors"
    trainer = Trainer(recipe, device)
    if state.exists():
        trainer.resume(state)
    validation = [draw_scene(np.random.default_rng([998, i]), "test") for i in range(128)]
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
    )
    started = time.perf_counter()
    with (
        _log(output / "training_log.jsonl", trainer.stage, trainer.done) as log,
        Progress(
            *columns, TextColumn("loss {task.fields[loss]:.3f}"), TimeRemainingColumn()
        ) as bar,
    ):
        for stage, steps in recipe.stages.items():
            if _STAGE_NUMBER[stage] < _STAGE_NUMBER[trainer.stage]:
                continue
            if stage != trainer.stage:
                trainer.enter(stage)
            task = bar.add_task(stage, total=steps, completed=trainer.done, loss=float("nan"))
            while trainer.done < steps:
                loss = trainer.step()
                done, seconds = trainer.done, round(time.perf_counter() - started, 1)
                bar.update(task, completed=done, loss=loss)
                if done <= 20 or done % 50 == 0:
                    log(stage=stage, step=done, loss=round(loss, 5), seconds=seconds)
                if stage != "vision" and (done % evaluate_every == 0 or done == steps):
                    accuracy = trainer.accuracy(validation, late=stage == "late-fusion")
                    log(stage=stage, step=done, accuracy=accuracy, seconds=seconds)
                if done % 100 == 0 or done == steps:
                    trainer.save(state)
    trainer.model.save_pretrained(output / "checkpoint")
    build_processor().save_pretrained(output / "checkpoint")
    return trainer


def main() -> None:
    """Command line of the training script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for state, log, checkpoint"
    )
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument(
        "--threads", type=int, default=1, help="CPU threads (the log was made with 1)"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    train(Recipe(), arguments.output, arguments.device)


if __name__ == "__main__":
    main()
