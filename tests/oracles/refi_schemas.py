"""Validate what tests/importers/refi_writer.py writes against the schema of REFI-QDA, and write down the result.

The schema, Project.xsd of version 1.0, is the standard's and not kept here; its digest is. Run in the project's folder:

    PYTHONPATH=tests python tests/oracles/refi_schemas.py PATH/TO/Project.xsd > tests/oracles/refi_schemas.csv
"""

import csv
import hashlib
import io
import sys
import zipfile
from pathlib import Path

from importers.refi_writer import made
from lxml import etree


def main(schema: Path) -> None:
    checked = etree.XMLSchema(etree.parse(schema))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["project", "sha256", "valid", "schema_sha256"])
    for name, data in made().items():
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            qde = zipped.read(next(member for member in zipped.namelist() if member.endswith(".qde")))
        valid = checked.validate(etree.fromstring(qde))
        for error in checked.error_log:
            print(name, error, file=sys.stderr)
        digests = [hashlib.sha256(part).hexdigest() for part in (qde, schema.read_bytes())]
        out.writerow([name, digests[0], "yes" if valid else "no", digests[1]])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
