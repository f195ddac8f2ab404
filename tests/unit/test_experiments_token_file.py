"""Token files: exact values from every dtype, and one clear error for whatever is wrong."""

import hashlib
import io
import json
import pickle
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mobtheory.errors import InvalidProblem, MissingExtra
from mobtheory.experiments import read_tokens

VISUAL = np.asarray([[1.5, -2.25], [0.0, 3.0], [4.0, 0.5]])
PROMPT = np.asarray([[1.0, 1.0], [-8.0, 0.25]])
SAFE = {"float16": "F16", "float32": "F32", "float64": "F64", "int32": "I32", "uint8": "U8"}


def npz(folder, name="tokens.npz", **arrays):
    path = folder / name
    np.savez(path, **arrays)
    return path


def safetensors(folder, tensors, name="tokens.safetensors", start=0):
    """Write the format by its published description: length, JSON header, bytes."""
    header, data = {}, b""
    for key, (dtype, shape, raw) in tensors.items():
        header[key] = {
            "dtype": dtype,
            "shape": shape,
            "data_offsets": [len(data) + start, len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    path = folder / name
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def safe_arrays(folder, **arrays):
    return safetensors(
        folder,
        {k: (SAFE[v.dtype.name], list(v.shape), v.tobytes()) for k, v in arrays.items()},
    )


def refused(path, *told, **options):
    with pytest.raises(InvalidProblem) as caught:
        read_tokens(path, **options)
    message = str(caught.value)
    assert Path(path).name in message
    for words in told:
        assert words in message, message
    return message


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", ">f4", "<i2"])
@pytest.mark.parametrize("compressed", [False, True])
def test_npz_gives_the_values_that_were_saved(tmp_path, dtype, compressed):
    visual, prompt = np.rint(VISUAL).astype(dtype), np.rint(PROMPT).astype(dtype)
    path = tmp_path / "tokens.npz"
    (np.savez_compressed if compressed else np.savez)(path, visual=visual, prompt=prompt)
    found = read_tokens(path)
    assert (found.visual.points == visual).all()
    assert (found.prompt.points == prompt).all()
    assert found.visual.points.dtype.isnative
    assert found.visual.to_dict() == {"shape": [3, 2], "dtype": np.dtype(dtype).name}
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.name == "tokens.npz"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32"])
def test_safetensors_gives_the_values_that_were_saved(tmp_path, dtype):
    visual, prompt = np.rint(VISUAL).astype(dtype), np.rint(PROMPT).astype(dtype)
    found = read_tokens(safe_arrays(tmp_path, visual=visual, prompt=prompt))
    assert (found.visual.points == visual).all()
    assert (found.prompt.points == prompt).all()
    assert found.prompt.to_dict() == {"shape": [2, 2], "dtype": dtype}


def test_every_finite_bfloat16_is_widened_to_its_very_value(tmp_path):
    bits = np.arange(2**16, dtype=np.uint32)
    exponent, fraction = (bits >> 7) & 0xFF, bits & 0x7F
    bits = bits[exponent != 0xFF]
    sign = np.where(bits >> 15, -1.0, 1.0)
    exponent, fraction = (bits >> 7) & 0xFF, bits & 0x7F
    # The definition: 8 bits of exponent and 7 of fraction, with subnormal numbers at exponent 0.
    value = np.where(
        exponent == 0,
        np.ldexp(fraction / 128.0, -126),
        np.ldexp(1 + fraction / 128.0, exponent.astype(int) - 127),
    )
    raw = bits.astype("<u2").tobytes()
    filler = ("U8", [3, 3], bytes(9))  # so that the tokens start at an odd place
    path = safetensors(
        tmp_path,
        {
            "other": filler,
            "visual": ("BF16", [len(bits) // 2, 2], raw),
            "prompt": ("BF16", [1, 1, 2], b"\x80\x3f\x80\xbf"),
        },
    )
    found = read_tokens(path)
    assert (found.visual.points.reshape(-1).astype(np.float64) == sign * value).all()
    assert found.prompt.points.tolist() == [[1.0, -1.0]]
    assert found.visual.dtype == "bfloat16"


def test_bfloat16_is_what_torch_reads(tmp_path):
    torch = pytest.importorskip("torch")
    save = pytest.importorskip("safetensors.torch").save_file
    visual = torch.randn(5, 7, generator=torch.Generator().manual_seed(0)).to(torch.bfloat16)
    save({"visual": visual, "prompt": visual[:2].clone()}, tmp_path / "t.safetensors")
    found = read_tokens(tmp_path / "t.safetensors")
    assert (found.visual.points == visual.float().numpy()).all()


def test_a_batch_of_one_is_no_batch(tmp_path):
    found = read_tokens(npz(tmp_path, visual=VISUAL[None], prompt=PROMPT[None]))
    assert found.visual.points.shape == (3, 2)
    refused(
        npz(tmp_path, visual=np.stack([VISUAL, VISUAL]), prompt=PROMPT),
        "visual (2, 3, 2) float64",
        "one row for each token",
    )


def test_a_prompt_is_only_missed_where_it_is_needed(tmp_path):
    path = npz(tmp_path, visual=VISUAL)
    assert read_tokens(path, prompt_needed=False).prompt is None
    refused(path, "visual (3, 2) float64", "'prompt' is needed")
    with_prompt = npz(tmp_path, visual=VISUAL, prompt=PROMPT)
    assert read_tokens(with_prompt, prompt_needed=False).prompt is not None


def test_what_is_not_asked_for_is_not_loaded(tmp_path):
    """An array of objects beside the tokens cannot be loaded without running its pickle."""
    junk = np.asarray([{}], dtype=object)
    path = npz(tmp_path, visual=VISUAL, prompt=PROMPT, junk=junk)
    assert read_tokens(path).visual.points.shape == (3, 2)


def test_a_missing_array_names_what_is_there_and_what_may_be_meant(tmp_path):
    message = refused(
        npz(tmp_path, visual_tokens=VISUAL.astype(np.float32), Prompt=PROMPT),
        "visual_tokens (3, 2) float32",
        "Prompt (2, 2) float64",
        "Rename 'visual_tokens' to 'visual'",
    )
    assert "'Prompt'" not in message
    refused(npz(tmp_path, visual=VISUAL, promt=PROMPT), "Rename 'promt' to 'prompt'")
    refused(npz(tmp_path, visual=VISUAL, text=PROMPT), "text (2, 2)", "numpy.savez")
    many = {f"layer{i}": VISUAL for i in range(30)}
    refused(npz(tmp_path, **many), "layer0", "22 more")
    refused(safe_arrays(tmp_path, Visual=VISUAL, prompt=PROMPT), "Rename 'Visual' to 'visual'")
    refused(npz(tmp_path), "no arrays")


@pytest.mark.parametrize(
    ("visual", "told"),
    [
        (np.asarray([[None, 1], [2, 3]], dtype=object), "visual (2, 2) object"),
        (np.ones((2, 2), bool), "visual (2, 2) bool"),
        (np.ones((2, 2), complex), "visual (2, 2) complex128"),
        (np.asarray([["a", "b"]]), "visual (1, 2) str32"),
        (np.zeros((2, 2), [("x", "f4")]), "visual (2, 2) void32"),
        (np.ones((2, 2), "V2"), "visual (2, 2) void16"),  # how NumPy saves a foreign bfloat16
        (np.ones(4), "visual (4,) float64"),
        (np.float64(1), "visual () float64"),
        (np.ones((1, 1, 2, 2)), "visual (1, 1, 2, 2) float64"),
        (np.ones((0, 2)), "visual (0, 2) float64"),
        (np.ones((2, 0)), "visual (2, 0) float64"),
        (np.ones((1, 0, 2)), "visual (1, 0, 2) float64"),
        (np.asarray([[1, 2], [np.nan, 3]]), "1 entries of 'visual' are NaN or infinite"),
        (np.asarray([[1, 2], [3, 4], [np.inf, -np.inf]]), "first in row 2"),
        (np.ones((2, 3)), "same dimension"),
    ],
)
def test_an_array_of_the_wrong_kind_is_described(tmp_path, visual, told):
    refused(npz(tmp_path, visual=visual, prompt=PROMPT), told, "prompt (2, 2) float64")


def test_the_prompt_is_checked_like_the_picture(tmp_path):
    refused(npz(tmp_path, visual=VISUAL, prompt=np.full((1, 2), np.nan)), "'prompt' are NaN")
    refused(npz(tmp_path, visual=VISUAL, prompt=np.ones(2)), "'prompt' must have one row")
    path = safetensors(
        tmp_path,
        {"visual": ("BF16", [1, 2], b"\x80\x7f\x80\x3f"), "prompt": ("BF16", [1, 2], bytes(4))},
    )
    refused(path, "1 entries of 'visual' are NaN or infinite")


@pytest.mark.parametrize("dtype", ["F8_E4M3", "BOOL", "C64"])
def test_a_safetensors_dtype_that_is_no_token_is_described(tmp_path, dtype):
    raw = bytes({"F8_E4M3": 2, "BOOL": 2, "C64": 16}[dtype])
    path = safetensors(tmp_path, {"visual": (dtype, [1, 2], raw), "prompt": ("U8", [1, 2], b"ab")})
    refused(path, "bool" if dtype == "BOOL" else dtype, "floats of 16, 32 or 64 bits")


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_what_is_no_file_is_told(tmp_path, suffix):
    refused(tmp_path / f"nowhere{suffix}", "No such file")
    (tmp_path / f"folder{suffix}").mkdir()
    refused(tmp_path / f"folder{suffix}", "directory")


def test_another_suffix_is_refused_before_it_is_opened(tmp_path):
    for name in ("tokens.npy", "tokens.pt", "tokens"):
        refused(tmp_path / name, ".npz or .safetensors")


def test_a_suffix_in_capitals_is_the_same_format(tmp_path):
    path = npz(tmp_path, visual=VISUAL, prompt=PROMPT).rename(tmp_path / "T.NPZ")
    assert (read_tokens(path).visual.points == VISUAL).all()


class Bomb:
    """A pickle that would leave a trace if it were loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_pickles_are_refused_and_never_run(tmp_path):
    trace = tmp_path / "trace"
    path = tmp_path / "tokens.npz"
    path.write_bytes(pickle.dumps(Bomb(trace)))
    refused(path, "pickle")
    np.savez(path, visual=np.asarray([[Bomb(trace)]], dtype=object), prompt=PROMPT)
    refused(path, "visual (1, 1) object")
    assert not trace.exists()


def test_a_single_array_and_an_empty_file_are_told(tmp_path):
    path = tmp_path / "tokens.npz"
    with path.open("wb") as file:
        np.save(file, VISUAL)
    refused(path, "single array")
    path.write_bytes(b"")
    refused(path, "empty")
    path.write_bytes(b"garbage garbage")
    refused(path, "no zip archive")


@pytest.mark.parametrize("kind", ["npz", "compressed", "safetensors"])
def test_a_file_cut_anywhere_is_refused(tmp_path, kind):
    if kind == "safetensors":
        path = safe_arrays(tmp_path, visual=VISUAL, prompt=PROMPT)
    else:
        path = tmp_path / "tokens.npz"
        save = np.savez if kind == "npz" else np.savez_compressed
        save(path, visual=VISUAL, prompt=PROMPT)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        refused(path)


@pytest.mark.parametrize("kind", ["npz", "compressed", "safetensors"])
def test_a_damaged_byte_gives_an_error_or_the_right_numbers(tmp_path, kind):
    """Zip archives carry checksums; safetensors do not, so only their header is damaged."""
    if kind == "safetensors":
        path = safe_arrays(tmp_path, visual=VISUAL, prompt=PROMPT)
    else:
        path = tmp_path / "tokens.npz"
        save = np.savez if kind == "npz" else np.savez_compressed
        save(path, visual=VISUAL, prompt=PROMPT)
    whole = path.read_bytes()
    last = len(whole)
    if kind == "safetensors":
        last = 8 + int.from_bytes(whole[:8], "little")
    errors = 0
    for place in range(last):
        broken = bytearray(whole)
        broken[place] ^= 0xFF
        path.write_bytes(broken)
        try:
            found = read_tokens(path)
        except InvalidProblem:
            errors += 1
        else:
            assert (found.visual.points == VISUAL).all()
    assert errors > last // 4


def test_a_header_that_promises_more_than_the_file_holds_reserves_no_memory(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (2**40, 2**20)}
    )
    path = tmp_path / "tokens.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("visual.npy", header.getvalue())
    refused(path, "shorter or longer")


def test_safetensors_needs_its_package_and_says_how_to_get_it(tmp_path, monkeypatch):
    path = safe_arrays(tmp_path, visual=VISUAL, prompt=PROMPT)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    with pytest.raises(MissingExtra, match=r"pip install"):
        read_tokens(path)
    assert read_tokens(npz(tmp_path, visual=VISUAL, prompt=PROMPT)).visual.points.shape == (3, 2)
