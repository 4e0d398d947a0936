"""Kernels that execute notebooks: one environment for all, launched ahead of their use, and none left over."""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from platformdirs import user_cache_path

from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY, write_whole

# The last line ends a kernel whose parent died before the kernel began to watch it.
PROFILE = """\
# Written by plrlib; changes made here are lost.
c = get_config()  # noqa: F821
c.HistoryManager.enabled = False
c.InteractiveShell.colors = "nocolor"
c.InteractiveShellApp.exec_PYTHONSTARTUP = False
c.InteractiveShellApp.exec_lines = [
    "if __import__('os').name == 'posix' and __import__('os').environ.get('JPY_PARENT_PID', '')"
    " not in ('', str(__import__('os').getppid())): __import__('os')._exit(1)",
]
"""
_FIXED = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "",
    "PYTHONDONTWRITEBYTECODE": "",  # else every kernel compiles plrlib again
    "IPYKERNEL_CELL_NAME": "<cell>",  # else the paths in warnings carry the number of the process
    "TQDM_DISABLE": "1",
    "PLR_STILL": "1",  # notebook 11 shows a picture, since nobody is there to choose
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    # Kernels run side by side, so one thread for each is fastest; and sums then have one order.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_LAUNCHES = 2  # another program may take a port between its choice and its use


def cache_folder() -> Path:
    """Return a folder that may be written and lasts: below the environment's own, else the user's cache."""
    prefix = Path(sys.prefix)
    own = (prefix / "pyvenv.cfg").is_file() or (prefix / "conda-meta").is_dir()
    if own and os.access(prefix, os.W_OK):
        return prefix / "var" / "plr"
    return user_cache_path("plr")


def kernel_environment(study: str = DEFAULT_STUDY) -> dict[str, str]:
    """Return what to add to the environment of a kernel, and make the folders that it names.

    Parameters
    ----------
    study
        The study that notebooks work on: its name, or its folder.
    """
    cache = cache_folder()
    folders = {
        "IPYTHONDIR": cache / "ipython",
        "JUPYTER_CONFIG_DIR": cache / "jupyter" / "config",
        "JUPYTER_DATA_DIR": cache / "jupyter" / "data",
        "JUPYTER_RUNTIME_DIR": cache / "jupyter" / "runtime",
        "MPLCONFIGDIR": cache / f"matplotlib-{version('matplotlib')}",
    }
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    _write_profile(folders["IPYTHONDIR"] / "profile_default")
    _list_fonts(folders["MPLCONFIGDIR"])
    return {**_FIXED, **{name: str(folder) for name, folder in folders.items()}, "PLR_STUDY": study}


def _write_profile(folder: Path) -> None:
    """Write the kernels' settings whole, unless they are there already."""
    path = folder / "ipython_kernel_config.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != PROFILE:
        write_whole(path, PROFILE)


def _list_fonts(folder: Path) -> None:
    """Let matplotlib list the fonts once, before any kernel: it would do so in each, and say so in a notebook."""
    if not any(folder.glob("fontlist-*.json")):
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        environment = {**os.environ, "MPLCONFIGDIR": str(folder), "MPLBACKEND": "agg"}
        subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False)


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel, the running interpreter, whatever kernels the user has set up."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, language="python", display_name="Python 3 (ipykernel)")


def _sockets(name: str) -> dict[str, str]:
    """Return how to talk to a kernel: on Linux by sockets that no other program can take before the kernel does.

    Elsewhere it is by ports; one that is taken between its choice and its use costs the two minutes of `ready`.
    """
    return {"transport": "ipc", "ip": f"@plr-{name}"} if sys.platform == "linux" else {}


class Kernel:
    """One kernel: this interpreter, in a folder, with an environment of its own.

    Parameters
    ----------
    folder
        The folder in which the kernel works.
    environment
        Its whole environment.
    scratch
        A folder for the files that exist only while the kernel does.
    """

    def __init__(self, folder: Path, environment: dict[str, str], scratch: Path) -> None:
        self.folder = folder
        self.environment = environment
        self.scratch = scratch
        self.manager: Any = None
        self.client: Any = None
        self.said = scratch / "nothing"
        self._ending: asyncio.Task[None] | None = None

    async def launch(self) -> None:
        """Start the process, without waiting until it answers."""
        name = uuid.uuid4().hex
        self.said = self.scratch / f"{name}.log"
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=_ThisInterpreter(),
            connection_file=str(self.scratch / f"{name}.json"),
            **_sockets(name),
        )
        with self.said.open("wb") as log:
            await self.manager.start_kernel(cwd=str(self.folder), env=dict(self.environment), stdout=log, stderr=log)

    async def ready(self) -> Any:
        """Wait until the kernel answers, and return the client to talk to it.

        Raises
        ------
        RunError
            If it dies before it answers, twice over; the message ends with what it said.
        """
        for launches_left in reversed(range(_LAUNCHES)):
            if self.manager is None:
                await self.launch()
            self.client = self.manager.client()
            self.client.start_channels()
            try:
                await self.client.wait_for_ready(timeout=120)
            except RuntimeError as error:
                said = self.last_words()
                await self.stop()
                if not launches_left:
                    raise RunError(f"the notebook's kernel did not start: {error}\n{said}".rstrip()) from error
            else:
                self.client.allow_stdin = False
                break
        return self.client

    def last_words(self, most: int = 12) -> str:
        """Return the last lines that the process itself put out, which no notebook shows."""
        if not self.said.is_file():
            return ""
        return "\n".join(self.said.read_text(encoding="utf-8", errors="replace").splitlines()[-most:])

    async def stop(self) -> None:
        """End the process at once, with all it started, and wait until it is gone.

        Whoever waits may be cancelled; the ending goes on, and the next call waits for it.
        """
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        await asyncio.shield(self._ending)
        self._ending = None

    async def _end(self) -> None:
        manager, client, self.manager, self.client = self.manager, self.client, None, None
        if client is not None:
            client.stop_channels()
        if manager is None:
            return
        process = getattr(manager.provisioner, "process", None)
        try:
            await manager.shutdown_kernel(now=True)
        finally:  # on a busy machine jupyter_client gives up waiting before the process is gone
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
            manager.context.destroy(linger=0)


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
