"""One run of the model in one setting: a prefill with its parts, or a whole answer."""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from mobtheory.experiments.speed.clock import Clock
from mobtheory.experiments.speed.selectors import selector
from mobtheory.experiments.speed.setting import Setting
from mobtheory.experiments.speed.subject import CALLED, Subject
from mobtheory.models import TokenCloud, prune_at_layer
from mobtheory.models.hooks import pre_hook
from mobtheory.models.vision_language import parts_of

Select = Callable[[TokenCloud], torch.Tensor]


class Runner:
    """A subject in all settings, on one clock.

    Parameters
    ----------
    subject : the model and its inputs
    batch : how many sequences go through it at once
    clock : of the model's device
    seed : of random selections
    """

    def __init__(self, subject: Subject, batch: int, clock: Clock, *, seed: int = 0) -> None:
        self.subject, self.clock, self.seed = subject, clock, seed
        self.inputs = subject.inputs(batch)
        self._selects: dict[Setting, Select] = {}

    def prefill(self, setting: Setting) -> dict[str, float]:
        """Milliseconds of a prefill, and of the parts that lie in it.

        Returns
        -------
        dict
            "prefill", from the pixels to the logits of the next token; "decoder", the part from
            the decoder's first layer on; and where tokens are pruned "pruning", all that happens at
            the pruned layer before it runs, and in it "selection", the selection rule alone.
        """
        moments: dict[str, Any] = {}

        def at(moment: str) -> Callable[..., None]:
            def mark(*_: Any) -> None:
                moments[moment] = self.clock.mark()

            return mark

        parts = parts_of(self.subject.network, CALLED)
        with ExitStack() as stack:
            stack.enter_context(pre_hook(parts.decoder, at("decoder")))
            if setting.layer is not None:
                layer = parts.layers[setting.layer]
                stack.enter_context(pre_hook(layer, at("pruning")))
                stack.enter_context(self._pruned(setting, at("selection"), at("selected")))
                stack.enter_context(pre_hook(layer, at("pruned")))
            self.clock.settle()
            start = self.clock.mark()
            self.forward()
            end = self.clock.mark()
        spans = {"prefill": (start, end), "decoder": (moments["decoder"], end)}
        if setting.layer is not None:
            spans["pruning"] = moments["pruning"], moments["pruned"]
            spans["selection"] = moments["selection"], moments["selected"]
        return {name: self.clock.milliseconds(*span) for name, span in spans.items()}

    def answer(self, setting: Setting, tokens: int) -> float:
        """Milliseconds from the pixels to the last of so many generated tokens."""
        with self._pruned(setting):
            self.clock.settle()
            start = self.clock.mark()
            self.generate(tokens)
            end = self.clock.mark()
        return self.clock.milliseconds(start, end)

    def pruned(self, setting: Setting) -> Any:
        """Context in which the model runs as the setting says."""
        return self._pruned(setting)

    def forward(self, without_gradients: Callable[[], Any] = torch.inference_mode) -> Any:
        """A prefill that fills a cache and ends in the logits of one token, as generation does."""
        with without_gradients():
            return self.subject.network(**self.inputs, use_cache=True, logits_to_keep=1)

    def generate(self, tokens: int) -> torch.Tensor:
        """Exactly so many tokens, each the likeliest; an end of the text is passed over."""
        network: Any = self.subject.network
        with torch.inference_mode():
            return network.generate(
                **self.inputs,
                max_new_tokens=tokens,
                min_new_tokens=tokens,
                do_sample=False,
                num_beams=1,
                pad_token_id=0,
            )

    @contextmanager
    def _pruned(
        self,
        setting: Setting,
        before: Callable[[], None] | None = None,
        after: Callable[[], None] | None = None,
    ) -> Generator[None]:
        if setting.select is None or setting.layer is None:
            yield
            return
        if setting not in self._selects:
            self._selects[setting] = selector(setting.select, setting.kept, seed=self.seed)
        select = self._selects[setting]

        def timed(cloud: TokenCloud) -> torch.Tensor:
            if before is not None:
                before()
            chosen = select(cloud)
            if after is not None:
                after()
            return chosen

        with prune_at_layer(self.subject.network, setting.layer, timed):
            yield
