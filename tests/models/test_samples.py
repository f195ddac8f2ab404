"""Pictures with questions: every bad row is told and left out, a bad file is an error."""

import json
import warnings

import pytest
from PIL import Image

from mobtheory.errors import InvalidProblem
from mobtheory.experiments.samples import (
    UnreadableImage,
    embedded_samples,
    open_picture,
    read_samples,
)
from mobtheory.models.embedded import held_out_tokens
from mobtheory.models.embedded.questions import KINDS, questions_about
from mobtheory.models.embedded.scenes import held_out_scene

pytestmark = pytest.mark.models


def picture(path, mode="RGB", size=(8, 6), **options):
    Image.new(mode, size).save(path, **options)
    return path


def csv_file(folder, *rows, header="image,question,kind,answer"):
    path = folder / "rows.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def test_embedded_samples_ask_each_kind_equally_often_and_rightly():
    samples = embedded_samples(4, seed=3)
    assert [s.kind for s in samples] == list(KINDS) * 4
    assert all(s.family == KINDS[s.kind] for s in samples)
    assert len({s.id for s in samples}) == 24
    for sample in samples:
        scene = held_out_scene(int(sample.id.removeprefix("scene-")))
        assert (sample.question, sample.answer) in {
            (q.text, q.answer) for q in questions_about(scene)
        }
        assert (scene.image == sample.image).all()


def test_seed_0_asks_what_the_audit_asks():
    class Asked:
        def inputs(self, *_):
            raise AssertionError

    from mobtheory.models.embedded.held_out import held_out_question

    assert next(held_out_tokens(Asked(), 0, 2), None) is None
    for number, sample in enumerate(embedded_samples(3)):
        assert sample.question == held_out_question(number, held_out_scene(number)).text


def test_seeds_share_no_scene():
    first, second = ({s.id for s in embedded_samples(2, seed)} for seed in (0, 1))
    assert not first & second


@pytest.mark.parametrize(("per_kind", "seed"), [(0, 0), (166_667, 0), (1, -1), (True, 0)])
def test_embedded_samples_refuse_bad_counts(per_kind, seed):
    with pytest.raises(InvalidProblem):
        embedded_samples(per_kind, seed)


def test_csv_and_jsonl_say_the_same(tmp_path):
    picture(tmp_path / "a b.png")
    rows = csv_file(tmp_path, 'a b.png," What, now? ",what,7', "a b.png,Where?,,")
    lines = tmp_path / "rows.jsonl"
    lines.write_text(
        json.dumps({"image": "a b.png", "question": "What, now?", "kind": "what", "answer": 7})
        + "\n\n"
        + json.dumps({"image": "a b.png", "question": "Where?", "other": [1]})
    )
    csv_read, jsonl_read = read_samples(rows), read_samples(str(lines))
    assert csv_read.refused == jsonl_read.refused == ()
    told = [
        [(s.question, s.kind, s.family, s.answer) for s in r.samples]
        for r in (csv_read, jsonl_read)
    ]
    assert told[0] == told[1] == [("What, now?", "what", None, "7"), ("Where?", None, None, None)]
    assert [s.id for s in jsonl_read.samples] == ["a b.png, line 1", "a b.png, line 3"]


def test_bad_csv_rows_are_told_and_left_out(tmp_path):
    picture(tmp_path / "a.png")
    rows = (
        "a.png,Good?,,",
        "b.png,No file?,,",
        "a.png, ,,",
        ",No image?,,",
        "a.png,Too few?",
        "a.png,Too many?,,,,",
        "a.png,\0?,,",
        ".,A folder?,,",
        f"{'x' * 5000},Too long?,,",
        "a.png,Good again?,,",
        'a.png,"Never closed?,,',
        "a.png,swallowed?,,",
    )
    found = read_samples(csv_file(tmp_path, *rows))
    assert [s.question for s in found.samples] == ["Good?", "\0?", "Good again?"]
    told = {r.id: r.reason for r in found.refused}
    assert told["line 3"] == "no file 'b.png'"
    assert told["line 4"] == "an empty question"
    assert told["line 5"] == "an empty image"
    assert "not as many fields" in told["line 6"]
    assert "not as many fields" in told["line 7"]
    assert told["line 9"] == "no file '.'"
    assert "no file" in told["line 10"] or "a name that no file has" in told["line 10"]
    assert told["line 13"].startswith("no CSV from line 12 on")
    assert len(told) == 8


def test_bad_jsonl_lines_are_told_and_left_out(tmp_path):
    picture(tmp_path / "a.png")
    path = tmp_path / "rows.jsonl"
    lines = (
        b'{"image": "a.png", "question": "Good?"}',
        b"{not json}",
        b"[1, 2]",
        b'{"image": "a.png"}',
        b'{"image": 3, "question": "A number?"}',
        b'{"image": "a.png", "question": "?", "kind": ["a"]}',
        b'{"image": "a.png", "question": "\xff?"}',
        b'{"image": "a\\u0000.png", "question": "?"}',
        b"[" * 100_000,
    )
    path.write_bytes(b"\n".join(lines))
    found = read_samples(path)
    assert [s.id for s in found.samples] == ["a.png, line 1"]
    assert [r.id for r in found.refused] == [f"line {n}" for n in range(2, 10)]
    reasons = [r.reason for r in found.refused]
    assert reasons[1:6] == [
        "a list, not an object",
        "no column 'question'",
        "image of type int, not text",
        "kind of type list, not text",
        "text that is not UTF-8",
    ]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("rows.csv", None, "No such file"),
        ("rows.csv", "", "nothing in it"),
        ("rows.csv", "picture,question\na.png,What?\n", "picture, question in it"),
        ("rows.csv", "image,question,image\na.png,What?,b.png\n", "'image' twice"),
        ("rows.csv", "image,question\n", "without a row"),
        ("rows.jsonl", "", "without a row"),
        ("rows.jsonl", '{"question": "What?"}\n', "no column 'image'"),
        ("rows.txt", "image,question\n", "suffix '.txt'"),
    ],
)
def test_a_bad_file_is_an_error(tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InvalidProblem, match="columns image and question") as error:
        read_samples(tmp_path / name)
    assert told in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        ",image,question\n0,a.png,What?\n",  # a pandas data frame with its index
        ",image,,question\n0,a.png,x,What?\n",
        "\n\nimage,question\na.png,What?\n\n",
    ],
)
def test_columns_without_a_name_and_blank_lines_are_passed_over(tmp_path, text):
    picture(tmp_path / "a.png")
    (tmp_path / "rows.csv").write_text(text)
    found = read_samples(tmp_path / "rows.csv")
    assert [(s.source, s.question) for s in found.samples] == [("a.png", "What?")]
    assert found.refused == ()


def test_lines_are_counted_from_the_top_of_the_file(tmp_path):
    picture(tmp_path / "a.png")
    (tmp_path / "rows.csv").write_text("\n\nimage,question\n\na.png,What?\na.png\n")
    found = read_samples(tmp_path / "rows.csv")
    assert [s.id for s in found.samples] == ["a.png, line 5"]
    assert [r.id for r in found.refused] == ["line 6"]


def test_a_mark_of_byte_order_belongs_to_no_column(tmp_path):
    picture(tmp_path / "a.png")
    (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbfimage,question\r\na.png,What?\r\n")
    assert len(read_samples(tmp_path / "rows.csv").samples) == 1


def test_images_are_opened_when_asked_for(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    (sample,) = read_samples(csv_file(tmp_path, "a.png,What?,,")).samples
    with pytest.raises(UnreadableImage, match=r"a\.png.*: cannot identify the image\)"):
        _ = sample.image
    picture(tmp_path / "a.png")
    assert sample.image.size == (8, 6)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK"])
def test_what_has_one_meaning_in_rgb_is_converted(tmp_path, mode):
    file = tmp_path / ("a.tiff" if mode == "CMYK" else "a.png")
    colour = {"RGBA": (1, 2, 3, 255), "CMYK": (0, 0, 0, 0)}.get(mode, 0)
    Image.new(mode, (3, 2), colour).save(file)
    found = open_picture(file)
    assert found.mode == "RGB"
    assert found.getpixel((0, 0)) == {"RGBA": (1, 2, 3), "CMYK": (255,) * 3}.get(mode, (0,) * 3)


@pytest.mark.parametrize(
    ("mode", "told"), [("RGBA", "transparent"), ("I;16", "mode I;16"), ("F", "mode F")]
)
def test_what_has_no_one_meaning_in_rgb_is_refused(tmp_path, mode, told):
    file = picture(tmp_path / "a.tiff", mode)
    with pytest.raises(UnreadableImage, match=told):
        open_picture(file)


def test_a_truncated_picture_is_refused(tmp_path):
    for name in ("a.png", "a.jpg"):
        whole = picture(tmp_path / name, size=(64, 64)).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UnreadableImage):
            open_picture(tmp_path / name)


def test_a_picture_with_too_many_pixels_is_refused(tmp_path, monkeypatch):
    file = picture(tmp_path / "a.png", size=(20, 20))
    for limit in (300, 100):  # Pillow would only warn at the first
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with (
            warnings.catch_warnings(action="default"),
            pytest.raises(UnreadableImage, match="Bomb"),
        ):
            open_picture(file)


def test_postscript_is_never_run(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(UnreadableImage, match="cannot identify"):
        open_picture(tmp_path / "a.png")


def test_a_picture_lies_upright(tmp_path):
    turned = Image.new("RGB", (4, 2))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif)
    assert open_picture(tmp_path / "a.jpg").size == (2, 4)
