"""Keep Python's garbage collector out of what is timed."""

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def collected_outside() -> Generator[Callable[[], int]]:
    """Yield what collects garbage; nothing else does so within the context.

    Examples
    --------
    >>> with collected_outside() as collect:
    ...     collected = collect()
    ...     gc.isenabled()
    False
    """
    enabled = gc.isenabled()
    gc.collect()
    gc.freeze()  # what lives now need not be searched again
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()
