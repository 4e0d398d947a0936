"""Taguette itself, from PyPI, in an environment of its own: started, driven by its web interface, and ended."""
# ruff: noqa: E501 - rows of data and of files

import http.cookiejar
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from programs import PATIENCE, ended

LOCK = Path(__file__).parents[2] / "requirements" / "taguette.txt"
NEEDED = bool(os.environ.get("PLR_TAGUETTE_TESTS"))
"""Set where a Taguette that cannot be installed is a fault, as where the project is checked before anything is merged."""
MISSING = "NO TAGUETTE TESTS: it could not be installed from PyPI"


def install(folder: Path) -> Path | None:
    """Make an environment with Taguette, and return the folder of its programs; None where PyPI is not reached."""
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    packages = ["--require-hashes", "-r", str(LOCK)]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], capture_output=True, check=True)
        by_uv = [uv, "pip", "install", "--quiet", "--system-certs", "--python", str(programs / "python"), *packages]
        if subprocess.run(by_uv, capture_output=True, check=False).returncode:  # only pip's settings lead out
            by_pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-input", *packages]
            subprocess.run(by_pip, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return programs


class Taguette:
    """A running server and its one user."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> bytes:
        with self._opener.open(self._root + path, timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def _post(self, path: str, data: bytes, kind: str) -> bytes:
        token = next((cookie.value or "" for cookie in self._cookies if cookie.name == "_xsrf"), "")
        headers = {"Content-Type": kind, "X-XSRFToken": token}
        with self._opener.open(urllib.request.Request(self._root + path, data, headers), timeout=PATIENCE) as answer:
            return bytes(answer.read())

    def _json(self, path: str, content: Any) -> Any:
        return json.loads(self._post(path, json.dumps(content).encode(), "application/json"))

    def project(self, name: str) -> None:
        self.get("/project/new")
        form = urllib.parse.urlencode({"name": name, "description": ""})
        self._post("/project/new", form.encode(), "application/x-www-form-urlencoded")

    def document(self, name: str, html: str, project: int = 1) -> int:
        line = uuid.uuid4().hex
        fields = {"name": name, "description": "", "text_direction": "LEFT_TO_RIGHT"}
        parts = [f'--{line}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        parts.append(
            f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="doc.html"\r\n'
            f"Content-Type: text/html\r\n\r\n<!DOCTYPE html><html><head><meta charset='utf-8'></head><body>{html}</body></html>"
            f"\r\n--{line}--\r\n"
        )
        answer = self._post(
            f"/api/project/{project}/document/new", "".join(parts).encode(), f"multipart/form-data; boundary={line}"
        )
        return int(json.loads(answer)["created"])

    def tag(self, path: str, description: str = "", project: int = 1) -> int:
        return int(self._json(f"/api/project/{project}/tag/new", {"path": path, "description": description})["id"])

    def highlight(self, document: int, start: int, end: int, tags: list[int], project: int = 1) -> int:
        place = {"start_offset": start, "end_offset": end, "tags": tags}
        return int(self._json(f"/api/project/{project}/document/{document}/highlight/new", place)["id"])


@contextmanager
def served(programs: Path, folder: Path) -> Iterator[Taguette]:
    """Start a server on a database of its own, and end it, by its process alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(programs / "taguette"),
        "--no-browser",
        "--port",
        str(port),
        "--database",
        str(folder / "own.sqlite3"),
    ]
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    with ended(process):
        token = None
        for _ in range(10 * PATIENCE):
            token = re.search(r"/\?token=\w+", (folder / "log").read_text(encoding="utf-8"))
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")[-2000:]
            if token:
                break
            time.sleep(0.1)
        assert token
        server = Taguette(port)
        server.get(token[0])
        yield server
