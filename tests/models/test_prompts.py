"""The chat line of a question: the processor's template, or the form of LLaVA-1.5."""

import dataclasses

import pytest

from mobtheory.errors import UnsupportedModel
from mobtheory.models.embedded import held_out_scene
from mobtheory.models.embedded.architecture import VISUAL_TOKENS, build_processor

from .random_llava import random_llava

pytestmark = pytest.mark.models

# the template of llava-hf/llava-1.5-7b-hf, with the token of beginning that others write
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message['role'] | upper }}: "
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>\n{% else %}{{ part['text'] }} {% endif %}"
    "{% endfor %}{% endfor %}{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def test_without_a_template_the_prompt_is_that_of_llava():
    model = random_llava()
    assert model.prompt("what digit ?") == "USER: <image> what digit ? ASSISTANT:"
    assert model.prompt("what digit ?", images=2) == "USER: <image> <image> what digit ? ASSISTANT:"


def test_the_template_of_the_processor_is_used_and_begins_once():
    processor = build_processor()
    processor.chat_template = TEMPLATE
    model = dataclasses.replace(random_llava(), processor=processor)
    prompt = model.prompt("what digit ?", images=2)
    assert prompt == "USER: <image>\n<image>\nwhat digit ? ASSISTANT:"
    ids = model.inputs([held_out_scene(i).image for i in range(2)], prompt)["input_ids"][0]
    assert (ids == processor.tokenizer.bos_token_id).sum() == 1
    assert (ids == model.model.config.image_token_id).sum() == 2 * VISUAL_TOKENS


@pytest.mark.parametrize("images", [0, -1])
def test_a_question_about_no_picture(images):
    with pytest.raises(UnsupportedModel, match="images"):
        random_llava().prompt("what digit ?", images=images)
