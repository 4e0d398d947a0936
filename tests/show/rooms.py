"""A study in which voluntary and statutory staff sat together in two rooms, large enough for a difference to show."""

from stats.made import TOML, made

PLANNED = '\n[[comparisons]]\nby = "sector"\n'
FOR, AGAINST = "supports", "opposes"


def two_rooms(tmp_path, raised, toml=TOML, coders=("me",), again=(), **tables):
    """Return a study of 24 staff: in each of two rooms six voluntary (V) and six statutory (S).

    `raised` maps a theme to who raised it, each with a stance: `{"T1": {"V1": "supports"}}`; `again` are pairs of a
    person and a theme raised in a later interview.
    """
    people = [(f"{s}{i}", sector) for s, sector in (("V", "voluntary"), ("S", "statutory")) for i in range(1, 13)]
    rows = [f"{who},manager,{sector},{'A' if int(who[1:]) <= 6 else 'B'}\n" for who, sector in people]
    excerpts, codings, envelopes = "excerpt,participant,event\n", "excerpt,coder,code\n", "excerpt,coder,theme,stance\n"
    code = {"T1": "c1", "T2": "c3"}
    said = [(theme, who, stance, "") for theme, some in raised.items() for who, stance in some.items()]
    said += [(theme, who, FOR, "INT") for who, theme in again]
    for n, (theme, who, stance, event) in enumerate(said, 1):
        excerpts += f"E{n},{who},{event or ('A' if int(who[1:]) <= 6 else 'B')}\n"
        codings += "".join(f"E{n},{coder},{code[theme]}\n" for coder in coders)
        envelopes += f"E{n},me,{theme},{stance}\n"
    given = {
        "participants": "participant,role,sector,focus_group\n" + "".join(rows), "excerpts": excerpts,
        "codings": codings, "envelopes": envelopes,
        "attendance": "participant,event\n" + "".join(f"{w},INT\n" for w in dict.fromkeys(w for w, _ in again)),
        "events": "event,kind,order,participants\nA,focus group,1,12\nB,focus group,2,12\n",
    }  # fmt: skip
    if again:
        given["events"] += f"INT,interview,3,{len({who for who, _ in again})}\n"
    else:
        del given["attendance"]
    toml = toml.replace('label = "Sector"', 'label = "Sector"\npopulation = "staff"')
    toml = toml.replace("complete = true", 'complete = true\nreference_coder = "me"\nstance_coder = "me"')
    return made(tmp_path, toml, **{**given, **tables})


def everyone(letter, *numbers, stance=FOR):
    """Return people by their letter with a stance; all twelve where no numbers are given."""
    return {f"{letter}{i}": stance for i in numbers or range(1, 13)}
