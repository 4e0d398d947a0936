"""Kernels that execute notebooks: one environment for all, imports made once for all, and none left over.

On Linux one process imports what the notebooks do, and each kernel is a fork of it: as many copies of the same imports
took most of a run's time. Elsewhere, where a fork is not safe or not there, each kernel is a process that begins anew.
"""

# ruff: noqa: PLC0415 - the process that is forked imports what this one need not

import asyncio
import ctypes
import gc
import json
import os
import pkgutil
import re
import select
import signal
import sys
import tomllib
import uuid
import weakref
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired, run
from threading import Lock
from typing import Any, NoReturn

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from platformdirs import user_cache_path

import plrlib
from plrlib.faults import RunError
from plrlib.paths import DEFAULT_STUDY, write_whole

SET: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PROFILE: str = SET["profile"]
_IMPORT = re.compile(r"^(?:import|from) +([\w.]+)", re.MULTILINE)
_UNTIL_KILLED = 10  # seconds for a process to end by itself
_LAUNCHES = 2  # another program may take a port between its choice and its use


def cache_folder() -> Path:
    """Return a folder that may be written and lasts: below the environment's own, else the user's cache."""
    prefix = Path(sys.prefix)
    own = (prefix / "pyvenv.cfg").is_file() or (prefix / "conda-meta").is_dir()
    return prefix / "var" / "plr" if own and os.access(prefix, os.W_OK) else user_cache_path("plr")


def kernel_environment(study: str = DEFAULT_STUDY) -> dict[str, str]:
    """Return what to add to the environment of a kernel, and make the folders that it names.

    Parameters
    ----------
    study
        The study that notebooks work on: its name, or its folder.
    """
    cache = cache_folder()
    matplotlib = f"matplotlib-{version('matplotlib')}"
    folders = {name: cache / place.format(matplotlib=matplotlib) for name, place in SET["folders"].items()}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    profile = folders["IPYTHONDIR"] / "profile_default" / "ipython_kernel_config.py"
    if not profile.is_file() or profile.read_text(encoding="utf-8") != PROFILE:
        write_whole(profile, PROFILE)
    _list_fonts(folders["MPLCONFIGDIR"])
    return {**SET["environment"], **{name: str(folder) for name, folder in folders.items()}, "PLR_STUDY": study}


def _list_fonts(folder: Path) -> None:
    """Let matplotlib list the fonts once, before any kernel: it would do so in each, and say so in a notebook."""
    if not any(folder.glob("fontlist-*.json")):
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        environment = {**os.environ, "MPLCONFIGDIR": str(folder), "MPLBACKEND": "agg"}
        run(command, env=environment, stderr=DEVNULL, check=False)


def run_aside(module: str, *arguments: str | Path, environment: dict[str, str], failed: str, most: int = 1) -> None:
    """Run a module of the library in a process of its own, and wait until it has ended.

    Parameters
    ----------
    module
        Its name.
    arguments
        What it is given.
    environment
        Its whole environment.
    failed
        What is told where it fails, before the last lines of what it said.
    most
        How many of these lines are told.

    Raises
    ------
    RunError
        If it fails.
    """
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-most:]) or "no reason given"
        raise RunError(f"{failed}{last}")


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


def _last_lines(path: Path) -> str:
    """Return the last lines of a file, if it is there."""
    said = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return "\n".join(said.splitlines()[-12:])


class Forked:
    """A kernel that was forked, as `subprocess.Popen` shows one that was started.

    Parameters
    ----------
    pid
        The number of the process; it must not have been waited for yet.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid, self._handle = pid, os.pidfd_open(pid)
        weakref.finalize(self, os.close, self._handle)

    def poll(self) -> int | None:
        """Return None while the process is there."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until the process is gone, so many seconds at most."""
        poll = select.poll()
        poll.register(self._handle, select.POLLIN)
        return 1 if poll.poll(None if timeout is None else 1000 * timeout) else None

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, if it is there."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)


class Server:
    """A process that imports what notebooks import, and of which kernels are forks; with it they end too.

    Parameters
    ----------
    environment
        Its whole environment; what imports read of it is the same for all kernels.
    scratch
        A folder for the file with what the process says.
    modules
        What to import. What cannot be imported is left for the notebook that does it to tell.
    """

    def __init__(self, environment: dict[str, str], scratch: Path, modules: Iterable[str] = ()) -> None:
        self._said = scratch / "server.log"
        code = "import sys; sys.path[:] = filter(None, sys.path); from plrlib.suite.kernels import serve; serve()"
        with self._said.open("wb") as log:
            self._process: Any = Popen(  # whose pipes are all there
                [sys.executable, "-c", code, str(os.getpid()), *modules],
                env=environment, stdin=PIPE, stdout=PIPE, stderr=log, start_new_session=True, encoding="utf-8",
            )  # fmt: skip
        self._one_at_a_time = Lock()

    @staticmethod
    def is_possible() -> bool:
        """Tell whether this system and this Python can fork kernels and watch them."""
        with suppress(AttributeError, OSError):  # an older kernel, a sandbox, or a Python built for older ones
            os.close(os.pidfd_open(os.getpid()))
            return sys.platform == "linux"
        return False

    async def fork(self, **kernel: Any) -> Forked:
        """Return a new kernel; see `_become_kernel` for what must be said of it."""
        return await asyncio.to_thread(self._fork, json.dumps(kernel))

    def _fork(self, kernel: str) -> Forked:
        with self._one_at_a_time:  # a thread is not broken off with the task that waits for it
            with suppress(BrokenPipeError):
                print(kernel, file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        if not answer:
            said = _last_lines(self._said) or f"the process that imports for them ended with {self._process.wait()}"
            raise RunError(f"the notebooks' kernels did not start:\n{said}")
        return Forked(int(answer))

    def end(self) -> None:
        """End the process and all its kernels, and wait until it is gone; one that is stuck in an import is killed."""
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=_UNTIL_KILLED)
        except TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def imported(notebooks: Iterable[bytes]) -> list[str]:
    """Return the modules that notebooks import, the first that a line names, each once; none of what is no notebook."""
    found: dict[str, None] = {}
    for data in notebooks:
        with suppress(ValueError, KeyError, TypeError):
            cells = [cell for cell in json.loads(data)["cells"] if cell["cell_type"] == "code"]
            found |= dict.fromkeys(name for cell in cells for name in _IMPORT.findall("".join(cell["source"])))
    return list(found)


def serve() -> None:
    """Import what is asked for, fork a kernel for each line of standard input, and with the last line end them."""
    asked, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # what is imported may print, and may read
    os.dup2(2, 1)
    _end_with_parent(signal.SIGKILL)  # later the end of `asked` tells that it is gone
    if os.getppid() != int(sys.argv.pop(1)):  # it was gone before it could be watched
        return
    import ipykernel.ipkernel
    import ipykernel.kernelapp  # noqa: F401

    for module in sys.argv[1:]:
        with suppress(Exception, SystemExit):
            there = import_module(module)
            if there is plrlib:  # whose modules are asked for one by one, and seaborn with the first figure
                shown = pkgutil.walk_packages(plrlib.show.__path__, "plrlib.show.")
                for name in ("seaborn", *(one.name for one in shown)):
                    import_module(name)
    _end_with_parent(0)
    gc.freeze()  # what was imported stays in memory that is shared
    alive: set[int] = set()
    server = os.getpid()
    for line in iter(asked.readline, ""):
        kernel = json.loads(line)
        if not (pid := os.fork()):
            asked.close()
            answers.close()
            _become_kernel(**kernel, server=server)
        alive.add(pid)
        print(pid, file=answers, flush=True)
        alive -= {gone for gone in alive if gone != pid and os.waitpid(gone, os.WNOHANG)[0]}
    for pid in alive:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        os.kill(pid, signal.SIGKILL)  # it may have no session of its own yet
        os.waitpid(pid, 0)


def _end_with_parent(number: int) -> None:
    """Let the system send this process a signal when its parent ends; 0: none."""
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG of Linux
    ctypes.CDLL(None).prctl(set_parent_death_signal, number)


def _become_kernel(argv: list[str], folder: str, environment: dict[str, str], said: str, server: int) -> NoReturn:
    """Turn a fork into a kernel: in a session, a folder and an environment of its own, its outputs in a file."""
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    log = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=str(server))
    if numbers := sys.modules.get("numpy"):
        numbers.random.seed()  # else what is drawn without a seed is the same in every kernel
    sys.argv = argv
    launch_new_instance(parent_handle=server)  # it ends with the server, however that ends
    os._exit(0)


class _Manager(AsyncKernelManager):
    """Lets a server fork the kernel, where there is one."""

    server: Server | None = None

    async def _async_launch_kernel(self, kernel_cmd: list[str], **launch: Any) -> None:
        if self.server is None:
            await super()._async_launch_kernel(kernel_cmd, **launch)
            return
        at = kernel_cmd.index("ipykernel_launcher")
        kernel = await self.server.fork(
            argv=kernel_cmd[at:], folder=launch["cwd"], environment=launch["env"], said=launch["stdout"].name
        )
        provisioner: Any = self.provisioner
        provisioner.process, provisioner.pid, provisioner.pgid = kernel, kernel.pid, kernel.pid


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
    server
        Of which the kernel is a fork; None: it begins anew.
    """

    def __init__(self, folder: Path, environment: dict[str, str], scratch: Path, server: Server | None = None) -> None:
        self.folder = folder
        self.environment = environment
        self.scratch = scratch
        self.server = server
        self.manager: Any = None
        self.client: Any = None
        self.said = scratch / "nothing"
        self._ending: asyncio.Task[None] | None = None

    async def launch(self) -> None:
        """Start the process, without waiting until it answers."""
        name = uuid.uuid4().hex
        self.said = self.scratch / f"{name}.log"
        file, known = str(self.scratch / f"{name}.json"), _ThisInterpreter()
        self.manager = _Manager(connection_file=file, kernel_spec_manager=known, **_sockets(name))
        self.manager.server = self.server
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
            self.client.allow_stdin = False
            try:
                await self.client.wait_for_ready(timeout=120)
                break
            except RuntimeError as error:
                said = self.last_words()
                await self.stop()
                if not launches_left:
                    raise RunError(f"the notebook's kernel did not start: {error}\n{said}".rstrip()) from error
        return self.client

    def last_words(self) -> str:
        """Return the last lines that the process itself put out, which no notebook shows."""
        return _last_lines(self.said)

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


class Pool(AbstractContextManager["Pool"]):
    """Hands out kernels, each for one notebook; when it is left, none is alive.

    A folder in which a kernel works is made if need be, and taken away if it is still empty at the end.

    Parameters
    ----------
    runner
        The event loop in which the kernels are talked to.
    scratch
        A folder for the files that exist only while a kernel does.
    environment, modules
        What the imports of all kernels read, and what is imported; see `Server`.
    """

    def __init__(
        self, runner: asyncio.Runner, scratch: Path, environment: dict[str, str], modules: Iterable[str]
    ) -> None:
        self._runner = runner
        self._scratch = scratch
        self._server = Server(environment, scratch, modules) if Server.is_possible() else None
        self._kernels: list[Kernel] = []

    @asynccontextmanager
    async def kernel(self, folder: Path, environment: dict[str, str]) -> AsyncIterator[Kernel]:
        """Give a kernel that answers, and end it afterwards."""
        folder.mkdir(parents=True, exist_ok=True)
        kernel = Kernel(folder, environment, self._scratch, self._server)
        self._kernels.append(kernel)
        try:
            await kernel.ready()
            yield kernel
        finally:
            await kernel.stop()

    def __exit__(self, *_: object) -> None:
        async def end() -> None:
            await asyncio.gather(*(kernel.stop() for kernel in self._kernels), return_exceptions=True)

        self._runner.run(end())
        if self._server is not None:
            self._server.end()
        for folder in (place for kernel in self._kernels for place in (kernel.folder, kernel.folder.parent)):
            with suppress(OSError):
                folder.rmdir()
