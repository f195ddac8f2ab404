"""Which versions took part."""

import platform
from importlib.metadata import PackageNotFoundError, version


def versions(*packages: str) -> dict[str, str | None]:
    """Versions of mobtheory, Python and some packages; None where one is not installed.

    Examples
    --------
    >>> list(versions("numpy"))
    ['mobtheory', 'python', 'numpy']
    """
    found = {name: _version(name) for name in packages}
    return {"mobtheory": _version("mobtheory"), "python": platform.python_version(), **found}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
