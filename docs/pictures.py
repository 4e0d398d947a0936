"""Draw the pictures of the README from the shipped studies, and take over its screenshots: python docs/pictures.py.

Screenshots are those that the browser tests made last, in build/screenshots/; without them the ones here stay.
"""

import shutil
from pathlib import Path

from plrlib import compare, joint_display, load_study, show

HERE = Path(__file__).parent
PAGES = ("start", "comparison", "joint-display", "phone", "dark", "explore")
SHOTS = {f"site-{name}.png": f"{name}.png" for name in PAGES}
SHOTS |= {f"explorer-{name}.png": f"explorer-{name}.png" for name in ("before", "after")}

if __name__ == "__main__":
    study = load_study("plr0809-017")
    (HERE / "moved.png").write_bytes(show.moved_picture(study, "report", "reader-2").png)
    (HERE / "who-sat-where.png").write_bytes(show.seats_picture(study, "role").png)
    (HERE / "claims.png").write_bytes(show.joint_picture(study, joint_display(study)).png)
    example = load_study("worked-example")
    (HERE / "differences.png").write_bytes(show.forest_picture(example, compare(example, "sector")).png)
    for made, kept in SHOTS.items():
        shot = HERE.parent / "build" / "screenshots" / made
        if shot.is_file():
            shutil.copyfile(shot, HERE / "shots" / kept)
