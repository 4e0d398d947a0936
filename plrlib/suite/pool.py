"""Kernels launched ahead of their use, and none left over."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from plrlib.suite.kernels import Kernel


class Pool:
    """Hands out kernels, each for one notebook; when it is left, none is alive.

    Parameters
    ----------
    runner
        The event loop in which the kernels are talked to.
    folder
        The folder in which they work. It is made if need be, and taken away if it is still empty at the end.
    environment
        Their whole environment.
    scratch
        A folder for the files that exist only while a kernel does.
    """

    def __init__(self, runner: asyncio.Runner, folder: Path, environment: dict[str, str], scratch: Path) -> None:
        self._runner = runner
        self._folder = folder
        self._environment = environment
        self._scratch = scratch
        self._ahead: deque[Kernel] = deque()
        self._alive: set[Kernel] = set()

    def launch(self, number: int) -> None:
        """Start so many processes without waiting for them, so that they boot while something else is done."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for _ in range(number):
            kernel = self._new()
            self._ahead.append(kernel)
            self._runner.run(kernel.launch())

    def move(self, folder: Path) -> None:
        """Let kernels work in this folder; those that boot in another one begin again."""
        if folder != self._folder:
            number = len(self._ahead)
            self._end()
            self._folder = folder
            self.launch(number)

    @asynccontextmanager
    async def kernel(self) -> AsyncIterator[Kernel]:
        """Give a kernel that answers, and end it afterwards."""
        kernel = self._ahead.popleft() if self._ahead else self._new()
        try:
            await kernel.ready()
            yield kernel
        finally:
            await kernel.stop()
            self._alive.discard(kernel)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def _new(self) -> Kernel:
        kernel = Kernel(self._folder, self._environment, self._scratch)
        self._alive.add(kernel)
        return kernel

    def _end(self) -> None:
        async def end() -> None:
            await asyncio.gather(*(kernel.stop() for kernel in self._alive), return_exceptions=True)

        self._runner.run(end())
        self._alive.clear()
        self._ahead.clear()
        for folder in (self._folder, self._folder.parent):
            with suppress(OSError):
                folder.rmdir()
