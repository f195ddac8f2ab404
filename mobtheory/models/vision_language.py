"""A loaded model with its processor and adapter, and how any function here finds the parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn
from transformers import BatchFeature, PreTrainedModel

from mobtheory.errors import UnsupportedModel
from mobtheory.models.adapters import Adapter, adapter_for


@dataclass(frozen=True)
class VisionLanguageModel:
    """What `load` returns.

    Attributes
    ----------
    model : the genuine Transformers model, in evaluation mode
    processor : its processor, which pads at the left
    adapter : what the harness knows about its family
    name : the name or path it was loaded from

    Examples
    --------
    >>> from mobtheory.models import load
    >>> from mobtheory.models.embedded import held_out_scene
    >>> model = load("embedded")
    >>> prompt = model.prompt("what is the background colour ?")
    >>> prompt
    'USER: <image> what is the background colour ? ASSISTANT:'
    >>> sorted(model.inputs(held_out_scene(0).image, prompt))
    ['attention_mask', 'input_ids', 'pixel_values']
    """

    model: PreTrainedModel
    processor: Any
    adapter: Adapter
    name: str

    def prompt(self, question: str, *, images: int = 1) -> str:
        """The chat line that asks `question` about `images` pictures, up to the answer.

        Written by the processor's chat template; for LLaVA-1.5 without one, as the model that
        ships with the package, it is ``USER: <image> question ASSISTANT:``.

        Raises
        ------
        UnsupportedModel
            When another family's processor has no chat template, or `images` is below 1.
        """
        if images < 1:
            raise UnsupportedModel(
                "VisionLanguageModel.prompt",
                f"{images} images",
                "the question is about pictures",
                "Ask about one picture at least.",
            )
        if isinstance(images, bool) or not isinstance(images, int) or not isinstance(question, str):
            raise UnsupportedModel(
                "VisionLanguageModel.prompt",
                f"question of type {type(question).__name__}, images={images!r}",
                "a question is a text about a whole number of pictures",
                "Pass a string, and how many pictures it is about.",
            )
        if getattr(self.processor, "chat_template", None):
            content = [{"type": "image"}] * images + [{"type": "text", "text": question}]
            turn: list[Any] = [{"role": "user", "content": content}]
            text: str = self.processor.apply_chat_template(turn, add_generation_prompt=True)
            return text.removeprefix(self._written_by_tokenizer())
        if self.model.config.model_type != "llava":
            raise UnsupportedModel(
                "VisionLanguageModel.prompt",
                f"{self.name!r}, whose processor has no chat template",
                "how this family writes a question is not known without one",
                "Write the prompt yourself, with the family's image placeholder.",
            )
        return f"USER: {'<image> ' * images}{question} ASSISTANT:"

    def _written_by_tokenizer(self) -> str:
        """The token of beginning where the tokenizer adds it, so that no prompt has two."""
        tokenizer = self.processor.tokenizer
        first = tokenizer("")["input_ids"][:1]
        return tokenizer.bos_token if first == [tokenizer.bos_token_id] else ""

    def inputs(self, images: Any, prompts: str | Sequence[str]) -> BatchFeature:
        """Model inputs of a left-padded batch, on the model's device and in its dtype.

        Parameters
        ----------
        images : one picture or a sequence of them (PIL images or (H, W, 3) uint8 arrays), one
            for each image placeholder of the prompts
        prompts : one prompt or a sequence of them, each with the family's image placeholder

        Returns
        -------
        BatchFeature
            ``input_ids`` (B, T), ``attention_mask`` (B, T) and ``pixel_values``; pass it as
            ``model(**inputs)``, ``model.generate(**inputs)`` or to `capture`.

        Raises
        ------
        UnsupportedModel
            When the processor can make nothing of these pictures and prompts.
        """
        texts: list[str] = []
        try:
            texts = [prompts] if isinstance(prompts, str) else list(prompts)
            inputs = self.processor(images=images, text=texts, padding=True, return_tensors="pt")
        except (ValueError, TypeError, IndexError, StopIteration, OSError) as error:
            raise UnsupportedModel(
                "VisionLanguageModel.inputs",
                f"{len(texts)} prompts",
                f"the processor refused: {error}",
                "Give one RGB picture for each image placeholder of the prompts.",
            ) from error
        return inputs.to(self.model.device, dtype=self.model.dtype)


@dataclass(frozen=True)
class Parts:
    """The modules of one model that hooks are placed on."""

    network: PreTrainedModel
    trunk: nn.Module
    decoder: PreTrainedModel
    layers: nn.ModuleList
    rotary: nn.Module
    norm: nn.Module
    visual_tokens: Mapping[str, int]
    adapter: Adapter


def parts_of(model: Any, called: str) -> Parts:
    """Take a loaded model, or a bare Transformers model of a known family, apart."""
    network = model.model if isinstance(model, VisionLanguageModel) else model
    if not isinstance(network, PreTrainedModel):
        raise UnsupportedModel(
            called,
            f"a {type(model).__name__}",
            "this is no model",
            "Pass what models.load returns.",
        )
    if isinstance(model, VisionLanguageModel):
        adapter = model.adapter
    else:
        adapter = adapter_for(network.config.model_type, called)
    if not isinstance(network, adapter.model_class):
        raise UnsupportedModel(
            called,
            f"a {type(network).__name__}",
            f"hooks are placed in a {adapter.model_class.__name__}",
            "Pass the whole model, with its language-model head.",
        )
    decoder = adapter.decoder(network)
    layers, rotary, norm = (getattr(decoder, n, None) for n in ("layers", "rotary_emb", "norm"))
    if (
        not isinstance(layers, nn.ModuleList)
        or not isinstance(rotary, nn.Module)
        or not isinstance(norm, nn.Module)
    ):
        raise UnsupportedModel(
            called,
            f"a {type(network).__name__} around a {type(decoder).__name__}",
            "the text model has decoder layers, one rotary embedding and a final norm",
            "Use a checkpoint whose text model is Llama-like (Llama, Mistral, Qwen).",
        )
    return Parts(
        network=network,
        trunk=adapter.trunk(network),
        decoder=decoder,
        layers=layers,
        rotary=rotary,
        norm=norm,
        visual_tokens=adapter.visual_tokens(network),
        adapter=adapter,
    )
