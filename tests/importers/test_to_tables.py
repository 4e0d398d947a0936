"""Material as tables: who said what, speakers who part a passage, several files, and numbers that reconcile."""

import pytest

from plrlib import StudyError
from plrlib.importers.import_files import Unreconciled, reconciled
from plrlib.importers.material import Choices, Code, Document, Material, Person, Segment, merge
from plrlib.importers.to_tables import to_tables

TALK = "Mod: So?\nP01: It costs a lot.\nMod: And?\nP02: I do not mind.\nP01: I do."


def material(file="a", text=TALK, name="FG1", **people):
    made = Material(file, "made", documents={"d": Document(name, text)}, codes={"c": Code("cost"), "t": Code("trust")})
    made.found.update(documents=1, codes=2)
    for key, person in people.items():
        made.people[key] = person
        made.found.update(people=1)
    return made


def mark(made, words, *given, document="d"):
    start = made.documents[document].text.index(words)
    made.segments.append(Segment(document, start, start + len(words), words, coded=dict.fromkeys(given)))
    made.found.update(excerpts=1, codings=len(given))


def rows(made, table, *columns):
    return [tuple(row.get(c, "") for c in columns) for row in made.tables[table]]


def laid_out(*materials, **choices):
    done = to_tables(merge(materials), Choices(**choices), {})
    reconciled(done)
    return done


def test_a_passage_of_two_voices_counts_for_both_and_is_told():
    made = material()
    mark(made, "It costs a lot.\nMod: And?\nP02: I do not mind.\nP01: I do.", ("ann", "c"))
    done = laid_out(made)
    assert rows(done, "excerpts", "excerpt", "participant", "text") == [
        ("E0001a", "P01", "It costs a lot.\nI do."), ("E0001b", "P02", "I do not mind."),
    ]  # fmt: skip
    assert rows(done, "codings", "excerpt", "coder", "code") == [("E0001a", "ann", "cost"), ("E0001b", "ann", "cost")]
    assert made.changes == {}
    assert done.material.changes == {
        ("excerpts", "more excerpts, of passages in which several speak: each voice has its own"): 1,
        ("codings", "more codings, of passages in which several speak"): 1,
    }


def test_a_passage_of_one_voice_stays_as_it_was_marked():
    made = material()
    mark(made, "So?\nP01: It costs", ("ann", "c"))
    done = laid_out(made)
    assert rows(done, "excerpts", "participant", "text") == [("P01", "So?\nP01: It costs")]


def test_what_whoever_leads_the_talk_says_is_a_named_loss():
    made = material()
    mark(made, "And?", ("ann", "c"), ("ann", "t"))
    mark(made, "costs a lot", ("ann", "c"))
    done = laid_out(made)
    assert [row["text"] for row in done.tables["excerpts"]] == ["costs a lot"]
    assert done.material.changes == {
        ("excerpts", "passages said by whoever leads the talk"): -1,
        ("codings", "of passages said by whoever leads the talk"): -2,
    }


def test_somebody_else_can_lead_the_talk():
    made = material()
    mark(made, "I do not mind", ("ann", "c"))
    mark(made, "I do.", ("ann", "c"))
    assert rows(laid_out(made, moderators=("p02",)), "excerpts", "participant") == [("P01",)]


def test_without_labels_a_group_names_nobody():
    made = material(p=Person("P09"))
    mark(made, "I do.", ("ann", "c"))
    done = laid_out(made, speakers="none")
    assert rows(done, "excerpts", "participant", "event") == [("", "FG1")]
    assert rows(done, "events", "event", "kind", "participants") == [("FG1", "focus group", "")]


def test_cases_with_passages_come_before_labels():
    at = TALK.index("I do not mind.")
    made = material(p=Person("P07"))
    made.documents["d"].owners = [(at, at + 14, "p")]
    mark(made, "I do not mind", ("ann", "c"))
    mark(made, "costs a lot", ("ann", "c"))
    assert rows(laid_out(made), "excerpts", "participant", "text") == [("", "costs a lot"), ("P07", "I do not mind")]


def test_a_label_in_two_documents_is_asked_about():
    first = material()
    first.documents["e"] = Document("FG2", TALK)
    first.found.update(documents=1)
    mark(first, "costs a lot", ("ann", "c"))
    mark(first, "I do not mind", ("ann", "c"), document="e")
    with pytest.raises(StudyError, match=r"--speakers same.*--speakers apart") as error:
        laid_out(first)
    assert [fault.value for fault in error.value.faults] == ["p1", "p2"]


@pytest.mark.parametrize(
    ("speakers", "people"), [("same", ["P01", "P02"]), ("apart", ["FG1 P01", "FG1 P02", "FG2 P01", "FG2 P02"])]
)
def test_a_label_is_one_person_or_one_in_each_document(speakers, people):
    made = material()
    made.documents["e"] = Document("FG2", TALK)
    made.found.update(documents=1)
    mark(made, "costs a lot", ("ann", "c"))
    mark(made, "I do not mind", ("ann", "c"), document="e")
    done = laid_out(made, speakers=speakers)
    assert [row["participant"] for row in done.tables["participants"]] == people
    if speakers == "same":
        assert rows(done, "attendance", "participant", "event") == [("P01", "FG2"), ("P02", "FG2")]


def test_people_listed_by_name_need_no_question():
    """A sheet of people says that P01 is one person."""
    first = material(p=Person("P01"), q=Person("p2"))
    first.documents["e"] = Document("FG2", TALK)
    first.found.update(documents=1)
    mark(first, "costs a lot", ("ann", "c"))
    assert [row["participant"] for row in laid_out(first).tables["participants"]] == ["P01", "p2"]


def test_a_document_in_which_nobody_is_told_apart_is_one_persons():
    made = material(text="I think that it costs.", name="Interview 4")
    mark(made, "it costs", ("ann", "c"))
    done = laid_out(made)
    assert rows(done, "participants", "participant", "focus_group") == [("Interview 4", "")]
    assert rows(done, "attendance", "participant", "event") == [("Interview 4", "Interview 4")]
    assert any("taken for an interview with one person" in guess for guess in done.material.guesses)


def test_names_become_ids_and_the_key_says_which():
    def made():
        new = material(text="Siobhán: no\nBen: yes\nSiobhán: why", name="Talk with Siobhán.docx")
        mark(new, "yes", ("ann", "c"))
        return new

    done = laid_out(made())
    assert rows(done, "participants", "participant") == [("P1",), ("P2",)]
    assert rows(done, "events", "event") == [("FG1",)]
    assert done.ids == {
        ("person", "Siobhán"): "P1",
        ("person", "Ben"): "P2",
        ("focus group", "Talk with Siobhán"): "FG1",
    }
    assert not any("Siobh" in str(row) for name, table in done.tables.items() if name != "excerpts" for row in table)
    kept = laid_out(made(), keep_names=True)
    assert rows(kept, "participants", "participant") == [("Siobhán",), ("Ben",)]


def test_files_merge_by_participant_code_and_place():
    """Two coders' copies of a project, and a sheet of people; ids that differ in blanks or zeros are one person."""
    first, second = material("first", p=Person("P01")), material("second")
    mark(first, "costs a lot", ("ann", "c"))
    mark(second, "costs a lot", ("bob", "t"))
    mark(second, "I do not mind", ("bob", "c"))
    people = Material(
        "third", "sheet", people={"1": Person(" p1", {"role": "manager"}), "2": Person("P03", {"role": "worker"})}
    )
    people.found.update(people=2)
    done = laid_out(first, second, people)
    assert rows(done, "participants", "participant", "role") == [("P01", "manager"), ("P03", "worker"), ("P02", "")]
    assert rows(done, "codings", "coder", "code") == [("ann", "cost"), ("bob", "trust"), ("bob", "cost")]
    assert {kind: steps[-1][1] for kind, steps in reconciled(done).items()} == {
        "documents": 1, "people": 3, "codes": 2, "excerpts": 2, "codings": 3,
    }  # fmt: skip
    assert done.material.changes["people", "the same person named again"] == -1


def test_two_files_that_contradict_each_other_are_told_without_the_name():
    one = Material("one", "s", people={"1": Person("Anna", {"role": "manager", "age": "40"})})
    two = Material("two", "s", people={"1": Person("anna", {"role": "worker", "age": "41"})})
    with pytest.raises(StudyError) as error:
        merge([one, two])
    assert [(f.file, f.column, f.value, f.allowed) for f in error.value.faults] == [
        ("two", "role", "worker", "manager"), ("two", "age", "41", "40"),
    ]  # fmt: skip
    assert "nna" not in str(error.value)


def test_documents_of_the_same_name_and_other_words_are_two():
    first, second = (
        material("first", text="Anything at all", name="P1"),
        material("second", text="Something else", name="P1"),
    )
    mark(first, "at all", ("ann", "c"))
    mark(second, "else", ("ann", "c"))
    done = laid_out(first, second)
    assert rows(done, "events", "event") == [("P1",), ("P1 (2)",)]


def test_a_sheet_of_people_says_where_they_sat():
    made = material(text="nothing is marked here, and it costs", name="Focus group 2")
    mark(made, "it costs", ("ann", "c"))
    people = Material("p", "s", people={str(n): Person(f"P{n}", {"focus_group": "focus group 02"}) for n in (1, 2)})
    people.found.update(people=2)
    done = laid_out(made, people)
    assert rows(done, "participants", "participant", "focus_group") == [
        ("P1", "Focus group 2"),
        ("P2", "Focus group 2"),
    ]
    assert rows(done, "excerpts", "participant", "event") == [("", "Focus group 2")]


def test_attributes_of_a_document_are_those_of_whoever_speaks_in_it():
    made = material()
    made.documents["d"].values = {"Role": "manager"}
    mark(made, "costs a lot", ("ann", "c"))
    done = laid_out(made)
    assert rows(done, "participants", "participant", "role") == [("P01", "manager"), ("P02", "manager")]
    assert any("2 attributes of documents" in guess for guess in done.material.guesses)


def test_values_that_differ_in_how_they_are_written_are_one():
    made = material(p=Person("P01", {"Consent_Quote": "YES", "role": "Manager"}), q=Person("P02", {"role": " manager"}))
    mark(made, "costs a lot", ("ann", "c"))
    done = laid_out(made)
    assert rows(done, "participants", "consent_quote", "role") == [("yes", "Manager"), ("", "Manager")]


def test_codes_that_share_a_name_get_their_path():
    made = Material("a", "m", documents={"d": Document("P1", "it costs")})
    made.codes = {"1": Code("A"), "2": Code("cost", "1"), "3": Code("B"), "4": Code("Cost", "3"), "5": Code(" cost")}
    made.found.update(codes=5, documents=1)
    mark(made, "it costs", ("ann", "2"), ("ann", "4"), ("ann", "5"))
    done = laid_out(made)
    assert rows(done, "codebook", "code", "parent", "label") == [
        ("A", "", "A"), ("A / cost", "A", "cost"), ("B", "", "B"), ("B / Cost", "B", "Cost"), ("cost", "", "cost"),
    ]  # fmt: skip


def test_numbers_that_do_not_add_up_are_an_error():
    made = material()
    mark(made, "costs a lot", ("ann", "c"))
    made.found["codings"] += 1
    with pytest.raises(Unreconciled, match="codings: 2 found"):
        laid_out(made)
