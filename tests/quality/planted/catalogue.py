"""Every planted bug and every correct algorithm."""

from importlib import import_module
from pathlib import Path

from .entry import ENTRIES, Entry

_HERE = Path(__file__).parent
_BESIDES = {"catalogue", "entry", "farthest"}

for _path in sorted(_HERE.rglob("*.py")):
    _module = ".".join(_path.relative_to(_HERE).with_suffix("").parts)
    if _module not in _BESIDES:
        import_module(f"{__package__}.{_module}")

BUGS: tuple[Entry, ...] = tuple(entry for entry in ENTRIES.values() if entry.is_bug)
SOUND: tuple[Entry, ...] = tuple(entry for entry in ENTRIES.values() if not entry.is_bug)


def find(name: str) -> Entry:
    """The entry of this name."""
    return ENTRIES[name]
