"""`pytest --nbval` on notebooks compares what counts, in the kernels of `plr run`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from plrlib.paths import DEFAULT_STUDY
from plrlib.suite.run import run

ROOT = Path(__file__).parents[2]
PICTURE = (
    'from IPython.display import HTML\nHTML(\'<img alt="a" src="data:image/png;base64,iVBORw0KGgo="> and 5 people\')'
)


def replace_in_html(path, old, new):
    content = json.loads(path.read_text(encoding="utf-8"))
    data = content["cells"][-1]["outputs"][0]["data"]
    assert any(old in line for line in data["text/html"])
    data["text/html"] = [line.replace(old, new) for line in data["text/html"]]
    path.write_text(json.dumps(content), encoding="utf-8")


def test_nbval_compares_numbers_but_no_pictures_in_the_kernels_of_a_run(project, watch):
    project.notebook("01-same", "import os\nprint(os.environ['PLR_STUDY'], os.environ['PYTHONHASHSEED'])")
    for name in ("02-picture", "03-number"):
        project.notebook(name, PICTURE)
    run(DEFAULT_STUDY, 2, watch)
    replace_in_html(project.notebooks / "02-picture.ipynb", "iVBORw0KGgo=", "AAAA/+==")
    replace_in_html(project.notebooks / "03-number.ipynb", "5 people", "6 people")
    for name in ("pyproject.toml", "conftest.py", "tests/nbval-sanitize.cfg"):
        (project.folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, project.folder / name)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "notebooks"]
    done = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert "1 failed, 2 passed" in done.stdout, done.stdout
    assert "FAILED notebooks/03-number.ipynb::Cell 0" in done.stdout
