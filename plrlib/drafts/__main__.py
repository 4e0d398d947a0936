"""Draft a study's joint display: `python -m plrlib.drafts STUDY FOLDER` writes the files into the folder."""

import sys
from pathlib import Path

from plrlib.drafts.draft import drafts
from plrlib.study import load_study

study, folder = sys.argv[1:]
for name, data in drafts(load_study(study)).items():
    (Path(folder) / name).write_bytes(data)
