"""Every value that R computes too is R's, and the page that shows them is up to date."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from tests.reference.agreement import DATA_SETS, compare
from tests.reference.exclusions import EVERY, excluded_by
from tests.reference.newer import NEWER_SETS, NewerValues, compare_newer
from tests.reference.oracles import NAMES, Block, Reference, Row, leaves
from tests.reference.overview import COUPLE_SUBJECTS, FIRST_SUBJECTS, n_agreeing, n_values, subject_of
from tests.reference.page import COMMAND, page, same_page
from tests.reference.second import SECOND_SETS, compare_second
from tests.reference.write_page import PAGE

# values compared, and how many values or arrays of values that makes
EXPECTED = {
    "bfi": (13459, 2143),
    "commitmentQ": (12033, 3485),
    "prqcQ": (12245, 4662),
    "acipair": (3065, 611),
    "sai_vale": (5246, 1029),
    "gratitude_a": (328, 160),
    "small": (618, 268),
}
# values of newer versions compared, and how many of them agree with our defaults
NEWER = {
    "bfi": (1010, 574),
    "commitmentQ": (844, 490),
    "prqcQ": (1453, 896),
    "sai_vale": (689, 364),
    "small": (454, 432),
}


# of the second set, what is about couples
SECOND = {
    "dyads_acipair": (6170, 1562),
    "dyads_prqcQ": (2534, 904),
    "dyads_simulated": (366, 55),
}
SETS = (*DATA_SETS, *SECOND_SETS)


@functools.cache
def compared(shared: Path, name: str) -> tuple[Reference, list[Row]]:
    return compare(shared, name) if name in DATA_SETS else compare_second(shared, name)


@functools.cache
def newer_values(shared: Path, name: str) -> NewerValues:
    return compare_newer(shared, name)


def says(row: Row) -> str:
    what = {"equal": "", "at least": "at least ", "at most": "at most ", "by chance": "by chance "}[row.rule]
    values = "values of persons" if row.private else f"{row.ours!r}, not {what}R's {row.theirs!r}"
    return f"{row.id} {row.element}: {values} ({row.difference:.1e} apart, {row.tolerance} allowed)"


def test_every_data_set_is_compared(shared: Path) -> None:
    files = {path.stem for path in (shared / "oracles").glob("*.json")}
    assert files == set(DATA_SETS) == set(NAMES) == set(EXPECTED)
    couples = {path.stem for path in (shared / "oracles" / "second").glob("dyads_*.json")}
    assert couples == set(SECOND_SETS) == set(SECOND)


@pytest.mark.parametrize("name", SETS)
def test_values_are_those_of_r(shared: Path, name: str) -> None:
    _, rows = compared(shared, name)
    wrong = [says(row) for row in rows if not row.agrees]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", SETS)
def test_as_many_values_as_there_are(shared: Path, name: str) -> None:
    _, rows = compared(shared, name)
    assert (sum(row.n_values for row in rows), len(rows)) == (EXPECTED | SECOND)[name]
    assert len({row.id for row in rows}) == len(rows)


@pytest.mark.parametrize("name", SETS)
def test_no_value_of_r_is_passed_over(shared: Path, name: str) -> None:
    reference, _ = compared(shared, name)
    every = set(leaves(reference.values))
    assert reference.touched <= every
    forgotten = [".".join(key) for key in every - reference.touched if excluded_by(key) is None]
    assert not forgotten, f"neither compared nor excluded with a reason: {sorted(forgotten)}"
    both = [".".join(key) for key in reference.touched if excluded_by(key) is not None]
    assert not both, f"compared, and excluded: {sorted(both)}"


def test_every_newer_data_set_is_compared(shared: Path) -> None:
    files = {path.stem for path in (shared / "oracles" / "second" / "newer").glob("*.json")}
    assert files == set(NEWER_SETS) == set(NEWER)


@pytest.mark.parametrize("name", NEWER_SETS)
def test_newer_values_are_ours_by_the_newer_definition(shared: Path, name: str) -> None:
    blocks = newer_values(shared, name).blocks
    wrong = [says(row) for block in blocks for row in block.matched if not row.agrees]
    assert not wrong, "\n".join(wrong)
    defaults = [row for block in blocks for row in block.defaults]
    assert (n_values(defaults), n_agreeing(defaults)) == NEWER[name]
    assert n_values(defaults) == n_values([row for block in blocks for row in block.matched])


@pytest.mark.parametrize("name", NEWER_SETS)
def test_our_defaults_differ_from_newer_alphas_where_r_found_a_change(shared: Path, name: str) -> None:
    for block in newer_values(shared, name).blocks:
        if block.name.endswith(("alpha_pairwise", "alpha_25")):
            n_outside = n_values(block.defaults) - n_agreeing(block.defaults)
            assert n_outside == block.n_changed > 0, block.name


@pytest.mark.parametrize("name", NEWER_SETS)
def test_no_newer_value_is_passed_over(shared: Path, name: str) -> None:
    values = newer_values(shared, name)
    forgotten = {".".join(key) for key in values.keys - values.reference.touched if excluded_by(key) is None}
    assert not forgotten, f"neither compared nor excluded with a reason: {sorted(forgotten)}"


def test_every_value_has_a_subject(shared: Path) -> None:
    for data_sets, subjects in ((DATA_SETS, FIRST_SUBJECTS), (SECOND_SETS, COUPLE_SUBJECTS)):
        rows = [row for name in data_sets for row in compared(shared, name)[1]]
        assert {subject_of(row, subjects) for row in rows} == {subject for subject, _, _ in subjects}


def test_every_exclusion_is_needed(shared: Path) -> None:
    used = {
        excluded_by(key)
        for name in SETS
        for key in leaves(compared(shared, name)[0].values)
        if key not in compared(shared, name)[0].touched
    }
    assert used == set(EVERY)


def test_a_value_that_is_not_rs_is_seen() -> None:
    values = {"alpha": 0.7, "items": [0.1, None, 0.3], "zero": 0.0}
    block = Block(Reference("made up", values, Path()), (), "", "", "")
    assert block.row("alpha", 0.7, "").agrees
    assert not block.row("alpha", 0.7 + 2e-10, "").agrees
    assert not block.row("alpha", float("nan"), "").agrees
    assert block.row("alpha", 0.8, "", rule="at least").agrees
    assert not block.row("alpha", 0.6, "", rule="at least").agrees
    assert not block.row("alpha", 0.8, "", rule="at most").agrees
    assert block.row("alpha", 0.70001, "", tolerance=1e-4, relative=True).agrees
    items = block.row("items", [0.1, float("nan"), 0.4], "", elements="abc")
    assert (items.agrees, items.element, items.theirs, items.n_values) == (False, "c", 0.3, 3)
    assert not block.row("items", [0.1, 0.2, 0.3], "").agrees
    assert not block.row("zero", 1e-9, "", relative=True).agrees
    with pytest.raises(AssertionError, match="of R, "):
        block.row("items", 0.1, "")
    with pytest.raises(AssertionError):
        block.check_labels("items", ["a", "b", "c"])


def test_matrices_and_values_by_name_are_compared_whole() -> None:
    matrix = {"rows": ["a", "b"], "cols": ["F1", "F2"], "values": [[0.5, 0.1], [None, 0.4]]}
    values = {"loadings": matrix, "communality": {"a": 0.26, "b": 0.16}, "mean": [1.0, 2.0]}
    block = Block(Reference("made up", values, Path()), (), "", "", "").as_family("factors")
    loadings = block.row("loadings", [[0.5, 0.1], [float("nan"), 0.3]], "")
    assert (loadings.agrees, loadings.element, loadings.n_values) == (False, "b, F2", 4)
    communality = block.row("communality", [0.26, 0.16], "")
    assert (communality.agrees, communality.family) == (True, "factors")
    assert block.row("mean", [1.3, 2.3], "", tolerance=[0.4, 0.4], rule="by chance").agrees
    mean = block.row("mean", [1.3, 2.2], "", tolerance=[0.4, 0.1], rule="by chance")
    assert (mean.agrees, mean.element) == (False, "2")
    assert (mean.difference, mean.tolerance) == pytest.approx((0.2, 0.1))
    assert block.reference.touched == set(leaves(values))


def test_the_page_is_up_to_date(shared: Path) -> None:
    newer = [newer_values(shared, name) for name in NEWER_SETS]
    first, second = ([compared(shared, name) for name in part] for part in (DATA_SETS, SECOND_SETS))
    fresh = page(first, second, newer, shared)
    assert PAGE.is_file(), f"{COMMAND} writes {PAGE.name}"
    assert same_page(PAGE.read_text(encoding="utf-8"), fresh), f"{PAGE.name} is out of date: {COMMAND}"


def test_pages_are_the_same_up_to_noise_and_no_further() -> None:
    text = "| alpha | A1: 0.7030184461<br>0.7030184461<br>*1.1e-16* | 1e-10 |"
    assert same_page(text, text.replace("*1.1e-16*", "*0*").replace("0.7030184461<br>0", "0.7030184462<br>0"))
    assert not same_page(text, text.replace("A1: 0.7030", "A1: 0.7031"))
    assert not same_page(text, text.replace("A1", "A2"))
    assert not same_page(text, text + "\n")


def test_the_page_shows_no_person(shared: Path) -> None:
    """Scores of the first twenty persons are compared; the page only says how far apart they are."""
    rows = [row for name in SETS for row in compared(shared, name)[1]]
    private = [row for row in rows if row.private]
    assert {row.key[-1] for row in private} == {"first20", "time1_first20", "time2_first20", "rc_first20"}
    assert not [row.id for row in rows if "first" in row.key[-1] and not row.private]
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "first20" in line]
    assert lines
    assert not [line for line in lines if any(f" {row.ours:.10g}<br>" in line for row in private)]
