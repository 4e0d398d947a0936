"""The executed notebooks of both studies: each count in a sentence carries its ids, each figure tells what it shows."""

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from programs import copy_project

from plrlib import load_study
from plrlib.paths import home
from plrlib.site.linked import notebooks_of
from plrlib.text import inner

NOT_KNOWN = re.compile(
    r"\d+ (?:people|person) who did otherwise"  # people who would have to have said otherwise: nobody in particular
    r"|\d+ people or more who are alike"  # a limit that study.toml sets
    r"|\d+ of \d+ excerpts name no single event"  # why a statistic cannot be had, in the words of its own error
    r"|7 (?:voluntary|statutory|people)"  # of the published study a total only is known, and not of whom
)
"""Counts without ids, and why."""
OTHERS = "of|and|or|to|in|at|by|on|for|from|with|per|words|themes|codes"
"""After these words a number counts something else: `23 in what managers said` counts words."""
COUNT = re.compile(r"<data value='([^']*)' data-of='[^']*'[^>]*>(.*?)</data>")
NO_SENTENCE = re.compile(r"<(data|summary|th|pre)\b.*?</\1>|<img[^>]*>|<[^>]*>", re.DOTALL)


def counts_in(study):
    """Return what finds a count of excerpts or people in a sentence: a number, and before long what it counts."""
    groups = [inner(label) for by in study.settings.groupings.values() for label in by.levels.values()]
    nouns = {"excerpts?", "people", "persons?", *map(re.escape, [*study.settings.populations, *groups])}
    some = "|".join(sorted(nouns, key=len, reverse=True))
    number = r"\d[\d,]*(?:\.\d+)?"
    return re.compile(
        rf"(?<![\w.,;&#])({number}(?: (?:of|to) (?:the |all |those )?{number})*)"
        rf"((?: (?!(?:{OTHERS})\b)[a-z-]+){{0,2}}? (?:{some})\b"
        r"(?: who did otherwise| or more who are alike| name no single event)?)",
        re.IGNORECASE,
    )


def outputs(study):
    for name, notebook in notebooks_of(study).items():
        for cell in notebook["cells"]:
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if "text/html" in data:
                    yield name, data, "".join(data["text/html"])


@pytest.mark.parametrize(
    ("sentence", "counts"),
    [
        ("24 people were heard.", ["24"]),
        ("5 of 7 voluntary and none of 7 statutory staff raised it.", ["5 of 7", "7"]),
        ("4 of the 53 excerpts that staff may have said", ["4 of the 53"]),
        ("1 to 7 of 7 young people", ["1 to 7 of 7"]),
        ("7 themes, 2.5 people, chance in 3 of 100 such studies", ["2.5"]),
        ("In 1,024 coded excerpts", ["1,024"]),
        ("3 and 4 excerpts", ["4"]),
        ("23 in what young people said, 14 words of managers, 2 by staff", []),
        ("14 words managers used, 7 themes young people raised, 3 codes staff gave", []),
    ],
)
def test_what_counts_excerpts_or_people_is_found_and_nothing_else(sentence, counts):
    found = counts_in(load_study("plr0809-017")).finditer(sentence)
    assert [match[1] for match in found] == counts


@pytest.fixture(scope="module")
def both_run(tmp_path_factory):
    """A copy of the project where the worked example has been run; of the published study it has what is committed."""
    folder = copy_project(tmp_path_factory.mktemp("counts") / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        not_run = notebooks_of(load_study("worked-example"))
        command = [str(Path(sys.executable).with_name("plr")), "run", "worked-example"]
        environment = {**os.environ, "PLR_SITE": "0"}
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        yield not_run


@pytest.fixture(params=["plr0809-017", "worked-example"])
def study(request, both_run):
    return load_study(request.param)


def test_a_study_has_its_own_notebooks_and_before_it_was_run_none(study, both_run):
    assert both_run == {}
    assert len(notebooks_of(study)) == len(list((home() / "notebooks").glob("[0-9][0-9]-*.ipynb"))) > 10


def test_no_count_of_people_or_excerpts_is_without_ids(study):
    counts = counts_in(study)
    left = [
        (name, text[max(0, found.start() - 60) : found.end()])
        for name, _, page in outputs(study)
        for text in [NO_SENTENCE.sub("|", page)]
        for found in counts.finditer(text)
        if not NOT_KNOWN.fullmatch(found[0])
    ]
    assert left == []


def test_an_exact_count_in_a_sentence_has_as_many_ids(study):
    """Behind people lie people or, where it is not known by name who they are, the excerpts that may be theirs."""
    excerpts = set(study.excerpts["excerpt"])
    people = set(study.participants["participant"])
    checked = {"people": 0, "excerpts": 0}
    for name, data, page in outputs(study):
        if "text/markdown" not in data:
            continue
        for value, text in COUNT.findall(page):
            ids = json.loads(html.unescape(value))
            kind = "people" if set(ids) <= people else "excerpts"
            assert set(ids) <= (people if kind == "people" else excerpts), (name, text)
            if " to " in text:
                assert kind == "excerpts", (name, text)
                continue
            checked[kind] += 1
            assert len(set(ids)) == len(ids) == (1 if text == "one" else int(text)), (name, text, ids)
    assert min(checked.values()) > 20


def test_every_sentence_is_the_same_in_html_and_in_markdown(study):
    for name, data, page in outputs(study):
        if "text/markdown" in data:
            told = re.sub(r"</(?:li|p)>", "\n", page)
            plain = html.unescape(re.sub(r"<[^>]*>", "", told)).strip()
            assert plain == "".join(data["text/plain"]).replace("**", "").strip(), name


def test_every_figure_has_a_text_in_its_place(study):
    images = [(name, image) for name, _, page in outputs(study) for image in re.findall(r"<img\b[^>]*>", page)]
    assert len(images) > 10
    assert [(name, image[-80:]) for name, image in images if not re.search(r" alt=(['\"]).{41,}?\1", image)] == []
