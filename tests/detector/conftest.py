"""What tests of the detector share."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import pytest

from detector import kernels


class KernelsUsed(Protocol):
    def __call__(self, used: bool) -> AbstractContextManager[None]: ...


@pytest.fixture(scope="session")
def kernels_used() -> KernelsUsed:
    """Compute with the compiled kernels or without them, whatever other tests have loaded."""

    @contextmanager
    def kernels_used(used: bool) -> Iterator[None]:
        before = kernels.kernels_ready()
        (kernels.declare_ready if used else kernels._READY.clear)()
        try:
            yield
        finally:
            (kernels._READY.set if before or used else kernels._READY.clear)()

    return kernels_used
