"""Kernels launched ahead of their use, and none left over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from plrlib.suite.kernels import Kernel


class Pool:
    """Hands out kernels, each for one notebook; when it is left, none is alive.

    A folder in which a kernel works is made if need be, and taken away if it is still empty at the end.

    Parameters
    ----------
    runner
        The event loop in which the kernels are talked to.
    scratch
        A folder for the files that exist only while a kernel does.
    """

    def __init__(self, runner: asyncio.Runner, scratch: Path) -> None:
        self._runner = runner
        self._scratch = scratch
        self._ahead: list[Kernel] = []
        self._alive: set[Kernel] = set()
        self._folders: set[Path] = set()

    def launch(self, number: int, folder: Path, environment: dict[str, str]) -> None:
        """Start so many processes without waiting for them, so that they boot while something else is done."""
        for _ in range(number):
            kernel = self._new(folder, environment)
            self._ahead.append(kernel)
            self._runner.run(kernel.launch())

    def move(self, folder: Path) -> None:
        """Let the kernels that were launched work in this folder; those that boot in another one begin again."""
        astray = [kernel.environment for kernel in self._ahead if kernel.folder != folder]
        if astray:
            self._end()
            self.launch(len(astray), folder, astray[0])

    @asynccontextmanager
    async def kernel(self, folder: Path, environment: dict[str, str]) -> AsyncIterator[Kernel]:
        """Give a kernel that answers, one that was launched if it fits, and end it afterwards."""
        wanted = (folder, environment)
        kernel = next((kernel for kernel in self._ahead if (kernel.folder, kernel.environment) == wanted), None)
        if kernel is None:
            kernel = self._new(folder, environment)
        else:
            self._ahead.remove(kernel)
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

    def _new(self, folder: Path, environment: dict[str, str]) -> Kernel:
        folder.mkdir(parents=True, exist_ok=True)
        self._folders.add(folder)
        kernel = Kernel(folder, environment, self._scratch)
        self._alive.add(kernel)
        return kernel

    def _end(self) -> None:
        async def end() -> None:
            await asyncio.gather(*(kernel.stop() for kernel in self._alive), return_exceptions=True)

        self._runner.run(end())
        self._alive.clear()
        self._ahead.clear()
        for folder in (place for made in self._folders for place in (made, made.parent)):
            with suppress(OSError):
                folder.rmdir()
        self._folders.clear()
