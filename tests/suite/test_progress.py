"""What is seen while a run goes on."""

import io

from rich.console import Console

from plrlib.suite.progress import Progress


def test_a_terminal_sees_what_is_being_executed_how_far_it_is_and_for_how_long():
    seen = io.StringIO()
    with Progress(Console(file=seen, force_terminal=True, width=120), "loading [a study]") as progress:
        progress._bar.refresh()
        assert "loading [a study]" in seen.getvalue()
        progress.total(3)
        progress.started("01-a.ipynb")
        progress.started("02-[b].ipynb")
        progress._bar.refresh()
        assert "01-a.ipynb, 02-[b].ipynb" in seen.getvalue()
        assert "0/3" in seen.getvalue()
        assert "0:00:00" in seen.getvalue()
        progress.finished("01-a.ipynb", "not in study")
        assert "01-a.ipynb  0.0 s, not in study" in seen.getvalue()
        before = len(seen.getvalue())
        progress._bar.refresh()
        assert "1/3" in seen.getvalue()[before:]
        assert "01-a.ipynb" not in seen.getvalue()[before:]


def test_elsewhere_there_is_a_line_for_each_notebook_and_nothing_else():
    seen = io.StringIO()
    with Progress(Console(file=seen, width=10), "loading a study") as progress:
        progress.total(1)
        progress.started("01-a-very-long-name.ipynb")
        progress.finished("01-a-very-long-name.ipynb", "done")
    assert seen.getvalue() == "01-a-very-long-name.ipynb  0.0 s\n"
