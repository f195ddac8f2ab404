"""Open one picture of a user, in RGB, or say why that cannot be done."""

import warnings
from contextlib import AbstractContextManager, ExitStack
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobtheory.errors import MissingExtra, MobtheoryError

if TYPE_CHECKING:
    from PIL.Image import Image

# Plain raster formats: Pillow would also run Ghostscript on an EPS file.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
_BYTES_A_CHANNEL = ("1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LA", "PA", "RGBA")


class UnreadableImage(MobtheoryError, ValueError):
    """A file that is no picture, or none that has one meaning in RGB."""


def open_picture(path: str | PathLike[str]) -> "Image":
    """Read a picture in full.

    Parameters
    ----------
    path : of a BMP, GIF (first frame), JPEG, PNG, PPM, TIFF or WebP file

    Returns
    -------
    PIL image in mode RGB, turned upright as its EXIF data say. Grey, palette and CMYK pictures are
    converted, as the loaders of vision-language models do.

    Raises
    ------
    UnreadableImage
        For a missing, damaged or truncated file, one of another format, one with more pixels
        than Pillow takes for harmless, and one that is not RGB and has no one meaning in RGB: with
        transparent parts, with 16 bits a channel or with floats.
    MissingExtra
        When Pillow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Image.new("L", (4, 3), 128).save(f"{folder}/grey.png")
    ...     picture = open_picture(f"{folder}/grey.png")
    >>> picture.mode, picture.size, picture.getpixel((0, 0))
    ('RGB', (4, 3), (128, 128, 128))
    """
    file = Path(path)
    pillow, turned = _pillow()
    if not file.is_file():  # also a pipe, which would never end
        raise _unreadable(file, "no such file" if not file.exists() else "this is no regular file")
    try:
        with ExitStack() as stack:
            stack.enter_context(_bombs_raise(pillow))
            picture: Any = stack.enter_context(pillow.open(file, formats=FORMATS))
            picture.load()
            return _in_rgb(file, turned(picture))
    except UnreadableImage:
        raise
    except Exception as error:  # a decoder may raise anything on a damaged file
        name = repr(str(file))
        told = str(error).replace(f"image file {name}", "the image").replace(name, "the file")
        raise _unreadable(file, f"{type(error).__name__}: {told or 'no reason given'}") from error


def _pillow() -> tuple[Any, Any]:
    try:
        from PIL import Image, ImageOps
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "open_picture",
            "no module PIL",
            "pictures are read by Pillow",
            'Run pip install "mobtheory[models]".',
        ) from error
    return Image, ImageOps.exif_transpose


def _bombs_raise(pillow: Any) -> AbstractContextManager[Any]:
    """Between its limit and twice that Pillow only warns."""
    return warnings.catch_warnings(action="error", category=pillow.DecompressionBombWarning)


def _in_rgb(file: Path, picture: Any) -> "Image":
    if picture.mode not in _BYTES_A_CHANNEL:
        raise _unreadable(file, f"mode {picture.mode}, whose values have no one meaning in RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getextrema()[3][0] < 255:
            raise _unreadable(file, "transparent parts, which have no colour of their own")
    return picture.convert("RGB")


def _unreadable(file: Path, why: str) -> UnreadableImage:
    return UnreadableImage(
        "open_picture",
        f"{fspath(file)!r} ({why})",
        f"a picture is a complete file in RGB, of one of the formats {', '.join(FORMATS)}",
        "Check the path, or save the picture again as PNG or JPEG in RGB.",
    )
