"""Names that load on first use (PEP 562) and ask for the extra when a library is missing."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from mobtheory.errors import MissingExtra

_LIBRARIES = frozenset({"torch", "transformers", "tokenizers", "safetensors", "PIL"})


def lazy_names(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of `package`, whose public names live in the modules `homes`."""

    def load_name(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            return getattr(import_module(homes[name]), name)
        except ModuleNotFoundError as error:
            library = (error.name or "").partition(".")[0]
            if library not in _LIBRARIES:
                raise
            raise MissingExtra(
                f"{package.removeprefix('mobtheory.')}.{name}",
                f"no module {library}",
                "models need PyTorch and Transformers, which the core of mobtheory does not",
                'Run pip install "mobtheory[models]".',
            ) from error

    return load_name
