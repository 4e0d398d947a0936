"""Draw the pictures of the README from the shipped studies: python docs/pictures.py."""

from pathlib import Path

from plrlib import compare, joint_display, load_study, show

HERE = Path(__file__).parent

if __name__ == "__main__":
    study = load_study("plr0809-017")
    (HERE / "moved.png").write_bytes(show.moved_picture(study, "report", "reader-2").png)
    (HERE / "who-sat-where.png").write_bytes(show.seats_picture(study, "role").png)
    (HERE / "claims.png").write_bytes(show.joint_picture(study, joint_display(study)).png)
    example = load_study("worked-example")
    (HERE / "differences.png").write_bytes(show.forest_picture(example, compare(example, "sector")).png)
