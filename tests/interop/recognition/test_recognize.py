"""`recognize`: shipped instruments in tables of other names, both partners, and what is ambiguous."""

import warnings

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import available, load, simulate
from intimacy_scales.errors import ResponseError, UnverifiedKeyWarning
from intimacy_scales.interop.recognition import Recognition, recognize
from tests.shared.folders import reference_data
from tests.shared.instruments import PUBLISHED, form_of

# forms that have the same ids as another one: both are proposed, and neither is taken
SAME_IDS = {
    "ecr-r", "ecr-r-alternating", "foundations", "foundations-partner", "practices", "practices-partner",
    "prqc", "prqc-interleaved", "satisfaction", "satisfaction-partner", "scii-24", "scii-24-partner",
    "scii-48", "scii-48-partner",
}  # fmt: skip
AFFIXES = [
    ("", "_A"),
    ("", "_B"),
    ("", ".1"),
    ("", ".2"),
    ("P1_", ""),
    ("", "_m"),
    ("w.", "_t1"),
    ("Q3 ", ""),
]


@pytest.fixture(scope="module")
def answers():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedKeyWarning)
        return {name: simulate(name, 40, rng=1).answers for name in available().ids}


def test_every_shipped_instrument_is_recognized_by_its_ids(answers):
    for name, table in answers.items():
        found = recognize(table)
        if name in SAME_IDS:
            assert found.best is None, name
            assert name in {c.instrument.id for c in found.candidates if not c.contradictions}, name
        else:
            assert found.best.instrument.id == name, name
            assert found.best.contradictions == ()


@pytest.mark.parametrize(("before", "after"), AFFIXES)
def test_both_partners_or_other_affixes(answers, before, after):
    table = answers["csi-16"].add_prefix(before).add_suffix(after)
    (part,) = recognize(table).best.sets
    assert part.pattern == f"{before}{{item}}{after}"
    assert recognize(table).best.instrument.id == "csi-16"


def test_both_partners_are_two_sets(answers):
    table = answers["ras"].add_suffix("_m").join(answers["ras"].add_suffix("_f"))
    assert [part.whose for part in recognize(table).best.sets] == ["_m", "_f"]


def test_a_short_form_within_a_long_one_is_not_a_rival(answers):
    longest = answers["scii-24"].iloc[:, :24]
    names = [c.instrument.id for c in recognize(longest).candidates if not c.contradictions]
    assert {"scii-24", "scii-12"} <= set(names)
    assert recognize(answers["scii-12"]).best.instrument.id == "scii-12"


def test_values_that_are_not_answers_contradict(answers):
    table = answers["ras"].assign(ras_3=[77] * 40)
    found = recognize(table)
    assert found.best is None
    (candidate,) = found.candidates
    assert "40 of 280 values are not answers to their item, such as 77 in ras_3" in candidate.contradictions


def test_other_spellings_of_ids(answers):
    table = answers["csi-4"].rename(columns=lambda name: name.upper().replace("_", "-0"))
    found = recognize(table)
    assert found.best.instrument.id == "csi-4"
    assert found.best.sets[0].columns["csi4_1"] == "CSI4-01"
    assert found.best.sets[0].pattern is None


def test_numbered_columns_whose_name_resembles_the_id(answers):
    table = answers["ras"].rename(columns={f"ras_{n}": f"T1.RAS[{n:02d}]" for n in range(1, 8)})
    best = recognize(table).best
    assert best.instrument.id == "ras"
    assert list(best.sets[0].columns.values()) == [f"T1.RAS[{n:02d}]" for n in range(1, 8)]


def test_your_own_instruments_and_their_wording(tmp_path):
    texts = {"a1": "I like mornings.", "a2": "Evenings are mine", "a3": "Noon is fine"}
    items = [{"id": name, "text": text} for name, text in texts.items()]
    own = form_of({"t": "a1 -a2 a3"}, items=items, evidence=PUBLISHED, id="daytime")
    (tmp_path / "daytime.toml").write_text(own.to_toml())
    export = tmp_path / "export.csv"
    export.write_text("Timestamp,1. I like mornings,Evenings are mine.,Noon is fine!\nx,1,2,5\n")
    found = recognize(export, tmp_path)
    assert (found.best.instrument.id, found.best.basis) == ("daytime", "wording")
    assert recognize(export, [own]).best == found.best
    assert recognize(export).candidates == ()


def test_recognize_names_no_instrument_in_other_data():
    table = [{"age": 30, "sex": 1, "income": 5, **{f"item{n}": 3 for n in range(1, 6)}}]
    assert recognize(table).candidates == ()
    assert recognize(table).sentence().startswith("No instrument fits")


@given(st.lists(st.text(max_size=12), unique=True, max_size=30))
def test_any_names_of_columns_are_read(names):
    assert isinstance(recognize([dict.fromkeys(names, 1)] if names else []), Recognition)


@pytest.mark.skipif(not (reference_data() / "oracles").is_dir(), reason="the real data are not here")
def test_two_orders_of_one_instrument_are_both_proposed():
    found = recognize(reference_data() / "oracles" / "data" / "prqcQ.csv")
    assert found.best is None
    assert [c.instrument.id for c in found.candidates] == ["prqc", "prqc-interleaved"]
    assert [part.pattern for part in found.candidates[0].sets] == ["prqc.1_{n}", "prqc.2_{n}"]


def test_recognize_refuses_what_is_no_folder(tmp_path):
    with pytest.raises(ResponseError, match="is not a folder; pass a folder, or a list"):
        recognize([{"ras_1": 4}], tmp_path / "none")


def test_a_recognition_is_read_from_its_document(answers):
    found = recognize(answers["ras"])
    assert Recognition.from_json(found.to_json()) == found
    assert len(found.to_frame()) == len(found.candidates)
    assert load(found.best.instrument.id).ref == found.best.instrument


def test_another_sheet_that_fits_is_named(tmp_path):
    path, book = tmp_path / "answers.xlsx", openpyxl.Workbook()
    book.active.title = "People"
    items = [f"ras_{n}" for n in range(1, 8)]
    for title, names in {
        "People": ["name", "age"],
        "Wave 1": ["id", *items],
        "Wave 2": ["nr", *items],
    }.items():
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        sheet.append(names)
        sheet.append([3] * len(names))
    book.create_sheet("Old").sheet_state = "hidden"
    book["Old"].append(items)
    book.save(path)
    result = recognize(path)
    assert result.best is None
    assert dict(result.other_sheets) == {"Wave 1": ("ras",), "Wave 2": ("ras",)}
    assert "  ! sheet 'Wave 2' may hold answers too (ras): sheet='Wave 2' (--sheet) reads it" in list(
        result.lines()
    )
    chosen = recognize(path, sheet="Wave 2")
    assert chosen.best.instrument.id == "ras" and not chosen.other_sheets
