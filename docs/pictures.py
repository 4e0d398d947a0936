"""Draw the pictures of the README from the published study: python docs/pictures.py."""

from pathlib import Path

from plrlib import load_study, show

HERE = Path(__file__).parent

if __name__ == "__main__":
    study = load_study("plr0809-017")
    (HERE / "moved.png").write_bytes(show.moved_picture(study, "report", "reader-2").png)
    (HERE / "who-sat-where.png").write_bytes(show.seats_picture(study, "role").png)
