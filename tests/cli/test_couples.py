"""`intimacy-scales couples`: files in, the same figures as in Python out, all or nothing."""

from __future__ import annotations

import builtins
import csv
import json
import re
import shlex
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import simulate
from intimacy_scales.dyads import CoupleReport, Dyads, couple_report
from tests.shared import commands
from tests.shared.commands import bytes_in, names_in, printed

LONG = simulate("kmss", 120, couples=0.5, rng=1).answers.assign(
    role=["wife", "husband"] * 60,
    sex=list("ffmmfmfm" * 15),
    age=[(37 * k) % 40 + 20 for k in range(120)],
    years=[k // 2 % 17 for k in range(120)],
)
FORM = ("-i", "kmss")
KEYS = (*FORM, "--couple", "couple", "--person", "partner")
SIDES = ("--a", "w{n}", "--b", "h{n}")

MODEL = ("--outcome", "total", "--predictor", "age")

run = partial(commands.run, "couples", columns=80)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    LONG.to_csv(tmp_path / "a.csv", index=False)
    return tmp_path / "a.csv"


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    both = [LONG[LONG["partner"] == p].reset_index(drop=True) for p in (1, 2)]
    columns = {f"{s}{n}": t[f"kmss_{n}"] for s, t in zip("wh", both, strict=True) for n in (1, 2, 3)}
    columns |= {f"{name}_{s}": t[name] for s, t in zip("wh", both, strict=True) for name in ("age", "sex")}
    pd.DataFrame(columns).assign(years=both[0]["years"]).to_csv(tmp_path / "w.csv", index=False)
    return tmp_path / "w.csv"


def written(path: Path, *args: Any) -> Any:
    """Run the command with a folder, without the pictures, which take time, and read the report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intimacy_scales.cli.couples._drawing", lambda: (None, None))
        return _written(path, *args)


def _written(path: Path, *args: Any) -> Any:
    out = path.with_name("out")
    text = printed("couples", path, *args, "--no-invariance", "-o", out)
    assert f"Report written to {out / 'report.html'}" in text
    return json.loads((out / "report.json").read_text(encoding="utf-8"))


# ------------------------------------------------------------------ real couples, end to end


PRQC = (
    "-i",
    "prqc",
    "--a",
    "prqc.1_{n}",
    "--b",
    "prqc.2_{n}",
    "--a-name",
    "wife",
    "--b-name",
    "husband",
    "--roles",
)


def test_prqc_of_118_couples_becomes_a_folder(shared: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    model = ("--outcome", "satisfaction", "--predictor", "trust")
    result = run(shared / "oracles" / "data" / "prqcQ.csv", *PRQC, *model, "-o", out)
    assert result.exit_code == 0, result.output
    files = bytes_in(out)
    report = CoupleReport.from_json(files["report.json"])
    assert (report.n_couples, report.partners) == (118, ("wife", "husband"))
    reference = json.loads((shared / "oracles" / "second" / "dyads_prqcQ.json").read_text(encoding="utf-8"))
    for name in report.similarity_scales:
        by_r, computed = reference["couple_omega"][name], report.reliability[name]
        assert computed.n_couples == by_r["n"]
        assert computed.true_correlation == pytest.approx(by_r["latent_r"], abs=1e-4)
    assert {f"pictures/scatter_{name}.svg" for name in report.scale_ids} < set(files)
    assert {"pictures/profiles.png", "pictures/effects_trust.svg", "couple_scores.csv"} < set(files)
    page = files["report.html"].decode()
    assert_loads_nothing(page)
    assert page.count("<img ") == 9
    assert report.sentence() in result.output
    rows = list(csv.DictReader(files["couple_scores.csv"].decode().splitlines()))
    assert len(rows) == 118 * 7
    for line in (r"Trust +118 +5\.74 +1\.26 +5\.67 +1\.35 +\.62 +\[\.50, \.72\]", r"Passion +-0\.27 +\["):
        assert re.search(line, result.output), result.output
    assert "…" not in result.output, "no figure is cut on a terminal of 80 columns"


class Addresses(HTMLParser):
    """Reads a page: the addresses that it loads, and tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]
        assert tag != "img" or dict(attrs)["alt"]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_loads_nothing(page: str) -> None:
    reader = Addresses()
    reader.feed(page)
    assert reader.open == []
    assert all(address.startswith("data:image/") for address in reader.loaded)


# ------------------------------------------------------------------ layouts and options


OPTIONS: dict[str, tuple[tuple[Any, ...], dict[str, Any], dict[str, Any]]] = {
    "persons": ((), {}, {}),
    "roles": (("--role", "role"), {"role": "role"}, {}),
    "mixed": (("--role", "sex", "--mixed"), {"role": "sex", "mixed": True}, {}),
    "model": (
        ("--outcome", "total", "--predictor", "age"),
        {"keep": ["age"]},
        {"outcome": "total", "predictors": "age"},
    ),
    "covariates": (
        ("--outcome", "total", "--predictor", "age", "--covariate", "years"),
        {"keep": ["age", "years"]},
        {"outcome": "total", "predictors": "age", "covariates": "years"},
    ),
    "level": (("--confidence-level", "0.9", "--seed", "3"), {}, {"confidence_level": 0.9, "rng": 3}),
    "scale": (("--scale", "total"), {}, {"scales": ["total"]}),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_options_are_those_of_python(data: Path, case: str) -> None:
    args, pairing, options = OPTIONS[case]
    dyads = Dyads.from_long("kmss", LONG, couple="couple", person="partner", **pairing)
    assert written(data, *KEYS, *args) == couple_report(dyads, invariance=False, **options).to_dict()


def test_a_row_for_each_couple(wide: Path) -> None:
    columns = {"wife": "w{n}", "husband": "h{n}"}
    table = pd.read_csv(wide)
    dyads = Dyads.from_wide(
        "kmss", table, columns=columns, role=True,
        keep={"age": {"wife": "age_w", "husband": "age_h"}, "years": "years"},
    )  # fmt: skip
    args = ("--a-name", "wife", "--b-name", "husband", "--roles", "--keep", "age=age_w,age_h")
    model = ("--outcome", "total", "--predictor", "age", "--covariate", "years")
    options = {"outcome": "total", "predictors": "age", "covariates": "years"}
    expected = couple_report(dyads, **options, invariance=False)
    assert written(wide, *FORM, *SIDES, *args, *model) == expected.to_dict()


def test_couples_of_every_composition_in_a_row_each(wide: Path) -> None:
    text = printed("couples", wide, *FORM, *SIDES, "--a-role", "sex_w", "--b-role", "sex_h", "--mixed")
    assert "(15 f-f, 30 f-m and 15 m-m)" in text
    assert re.search(r"Total f-m 30 ", text)


def test_invariance_can_be_asked_for(data: Path) -> None:
    assert "Scalar invariance across" in printed("couples", data, *KEYS, "--role", "role")
    assert "Scalar invariance across" not in printed(
        "couples", data, *KEYS, "--role", "role", "--no-invariance"
    )
    assert "not computed: invariance" in printed("couples", data, *KEYS)
    assert "not computed: invariance" not in printed("couples", data, *KEYS, "--invariance")


def test_an_occasion(data: Path) -> None:
    pd.concat([LONG.assign(day=day) for day in (1, 2)]).to_csv(data, index=False)
    text = printed("couples", data, *KEYS, "--time", "day", "--occasion", "2")
    assert "Report of 60 couples on occasion 2" in text
    text = printed("couples", data, *KEYS, "--time", "day", code=2)
    assert "On the command line: --occasion LABEL" in text


def test_answers_stored_in_another_way(data: Path) -> None:
    moved = LONG.assign(**{f"kmss_{n}": LONG[f"kmss_{n}"].replace({1: 0, 7: -9}) for n in (1, 2, 3)})
    moved.to_csv(data, index=False)
    text = printed("couples", data, *KEYS, "--recode", "0=1", "--missing-code", "-9")
    assert "Report of 60 couples" in text


def test_without_a_folder_the_main_table_and_the_paragraph_are_printed(data: Path) -> None:
    text = run(data, *KEYS, "--role", "role").output
    report = couple_report(Dyads.from_long("kmss", LONG, couple="couple", person="partner", role="role"))
    assert text.startswith(f"{report.title}\n")
    assert report.sentence() in text
    for caution in report.warnings:
        assert f"! {caution}" in text
    for part, reason in report.not_computed.items():
        assert f"- not computed: {part}: {reason}" in text
    assert "To write all tables, each couple's scores and pictures: -o FOLDER" in text
    assert names_in(data.parent) == ["a.csv"]


def test_without_matplotlib_there_are_no_pictures_and_it_says_so(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without_plots(name: str, *args: Any, **options: Any) -> Any:
        if name == "intimacy_scales.plots":
            raise ImportError(
                "plots need matplotlib, which is not installed: pip install intimacy-scales[plots]"
            )
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without_plots)
    text = printed("couples", data, *KEYS, "-o", data.with_name("out"))
    assert "There are no pictures: plots need matplotlib" in text
    assert not (data.with_name("out") / "pictures").exists()


def test_hostile_labels_are_not_markup(data: Path) -> None:
    LONG.assign(role=["[red]<b>w</b>[/]", "h"] * 60).to_csv(data, index=False)
    out = data.with_name("[b]out")
    text = printed("couples", data, *KEYS, "--role", "role", "-o", out)
    assert "[red]<b>w</b>[/]" in text
    assert "<b>w</b>" not in (out / "report.html").read_text(encoding="utf-8")


# ------------------------------------------------------------------ bad answers and pairings


def test_bad_answers_exit_with_1_and_write_nothing(data: Path) -> None:
    bad = LONG.copy()
    bad.loc[[4, 7], "kmss_2"] = 99
    bad.to_csv(data, index=False)
    text = printed("couples", data, *KEYS, "-o", data.with_name("out"), code=1)
    assert "2 answers are not valid (row 1 is the first after the header)" in text
    assert (
        "row 5, 1, column kmss_2: '99' is outside the range" in text or "row 5, column kmss_2: '99'" in text
    )
    assert "Nothing was computed. To count them as missing: --on-invalid missing" in text
    assert names_in(data.parent) == ["a.csv"]
    text = printed("couples", data, *KEYS, "--on-invalid", "missing", "--problems", data.with_name("p.csv"))
    assert "! 2 answers not accepted: they count as missing" in text
    assert data.with_name("p.csv").read_text(encoding="utf-8").count("\n") == 3


def test_rows_that_cannot_be_paired_exit_with_1(data: Path) -> None:
    LONG.assign(couple=[1 if k < 3 else k // 2 + 10 for k in range(120)]).to_csv(data, index=False)
    text = printed("couples", data, *KEYS, "-o", data.with_name("out"), code=1)
    assert "1 fault of pairing (row 1 is the first after the header):" in text
    assert "person twice: couple 1, rows 1, 3: " in text
    assert "To leave these couples out: --on-fault leave_out" in text
    assert "on_fault=" not in text
    assert names_in(data.parent) == ["a.csv"]
    text = printed("couples", data, *KEYS, "--on-fault", "leave_out", "--faults", data.with_name("f.csv"))
    assert "! 1 fault of pairing: these couples or rows are left out" in text
    assert data.with_name("f.csv").read_text(encoding="utf-8").startswith("row,couple,code,")


FAULTS: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "one role twice": (
        {},
        ("--role", "sex"),
        "in the sample, such as f-f and m-m: --mixed and --person COLUMN",
    ),
    "no role": (
        {"role": ["wife", None] * 60},
        ("--role", "role"),
        "no role: give each person a role; or leave out --role",
    ),
    "person twice": (
        {"couple": [k // 4 for k in range(120)], "partner": [f"p{k // 2}" for k in range(120)]},
        (),
        "if several rows are occasions, name their column with --time COLUMN",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_faults_name_the_options(data: Path, case: str) -> None:
    columns, args, words = FAULTS[case]
    LONG.assign(**columns).to_csv(data, index=False)
    text = printed("couples", data, *KEYS, *args, code=1)
    assert words in text
    assert not re.search(r"\b\w+=|pandas|from_long", text)  # nothing of Python


# ------------------------------------------------------------------ what cannot be done


WRONG: dict[str, tuple[list[Any], str]] = {
    "no such file": (["{dir}/b.csv", *KEYS], "no such file"),
    "no layout": (["{data}", *FORM], r"--a PATTERN --b PATTERN; with a row for each person: --couple COLUMN"),
    "one side": (["{data}", *FORM, "--a", "w{{n}}"], "--a without --b: give the columns of both partners"),
    "the other side": (["{data}", *FORM, "--b", "h{{n}}"], "--b without --a"),
    "both layouts": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--person", "id"],
        "--person is for files with a row for each person",
    ),
    "couple alone": (["{data}", *FORM, "--couple", "couple"], "add --person COLUMN, or --role COLUMN"),
    "roles of persons": (["{data}", *KEYS, "--roles"], "--roles is for files .*; use --role COLUMN"),
    "names of persons": (["{data}", *KEYS, "--a-name", "wife"], "--a-name is for files .*; leave it out"),
    "roles alone": (["{data}", *FORM, "--roles"], "--roles needs --a PATTERN and --b PATTERN"),
    "same names": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--a-name", "b"],
        "--a-name and --b-name are both 'b'",
    ),
    "one role": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--b-role", "sex_h"],
        "--b-role without --a-role",
    ),
    "roles twice": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--a-role", "x", "--b-role", "y", "--roles"],
        "the roles are in columns already",
    ),
    "mixed without persons": (
        ["{data}", *FORM, "--couple", "couple", "--role", "sex", "--mixed"], "--mixed needs --person COLUMN",
    ),
    "mixed without roles": (["{data}", *KEYS, "--mixed"], "--mixed needs --role COLUMN"),
    "mixed in a row": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--mixed"],
        "--mixed needs the roles of both partners: --a-role COLUMN --b-role COLUMN",
    ),
    "occasion": (["{data}", *KEYS, "--occasion", "1"], "--occasion needs --time COLUMN"),
    "outcome": (["{data}", *KEYS, "--outcome", "total"], "--outcome without --predictor"),
    "predictor": (["{data}", *KEYS, "--predictor", "age"], "--predictor without --outcome"),
    "covariate": (["{data}", *KEYS, "--covariate", "years"], "--covariate without --outcome"),
    "covariate alone": (
        ["{data}", *KEYS, "--outcome", "total", "--covariate", "years"], "--outcome without --predictor",
    ),
    "no such covariate": (
        ["{data}", *KEYS, *MODEL, "--covariate", "yers"], "covariates='yers' is not a scale",
    ),
    "covariate of persons": (
        ["{data}", *KEYS, "--outcome", "total", "--predictor", "years", "--covariate", "age"],
        "use it as a predictor",
    ),
    "no such predictor": (
        ["{data}", *KEYS, "--outcome", "total", "--predictor", "agee"],
        r"predictors='agee' is not a scale of .*did you mean 'age'\?\s+On the command line: --predictor NAME",
    ),
    "predictor of couples": (
        ["{wide}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--outcome", "total", "--predictor", "age"],
        r"(?s)predictors='age': .*On the command line:\s+--predictor NAME, .*--keep NAME=COLUMN_A,COLUMN_B",
    ),
    "no such outcome": (
        ["{data}", *KEYS, "--outcome", "totl", "--predictor", "age"],
        r"outcome='totl' is not a scale of .*did you mean 'total'\?\s+On the command line: --outcome NAME",
    ),
    "no such outcome of couples": (
        ["{wide}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--outcome", "totl", "--predictor", "total"],
        r"(?s)outcome='totl': .*did you mean 'total'\?.*--outcome NAME",
    ),
    "texts": (
        ["{data}", *KEYS, "--outcome", "total", "--predictor", "sex"],
        "row 0 holds 'f'.*On the command line: correct this cell",
    ),
    "keep of persons": (["{data}", *KEYS, "--keep", "a=b,c"], "write --keep COLUMN"),
    "half a pair": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--keep", "age=age_w"],
        "write NAME=COLUMN_A,COLUMN_B",
    ),
    "kept twice": (
        ["{data}", *FORM, "--a", "w{{n}}", "--b", "h{{n}}", "--keep", "x", "--keep", "x"],
        "x is kept already",
    ),
    "no such scale": (["{data}", *KEYS, "--scale", "tot"], "On the command line: --scale NAME"),
    "other items": (["{data}", "-i", "prqc", *KEYS[2:]], "--a PATTERN --b PATTERN"),
    "no such column": (["{data}", *FORM, "--couple", "pair", "--person", "partner"], "pair"),
    "level": (["{data}", *KEYS, "--confidence-level", "95"], "confidence_level=95.0 is not valid"),
    "itself": (["{data}", *KEYS, "-o", "{data}"], "is a file, and a report is written to a folder"),
    "a folder of other files": (["{data}", *KEYS, "-o", "{dir}"], "lies in this folder"),
    "no folder": (["{data}", *KEYS, "-o", "{dir}/none/out"], "there is no folder"),
    "no instrument": (["{data}"], "Missing option"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_exits_with_2_and_writes_nothing(data: Path, wide: Path, case: str) -> None:
    args, words = WRONG[case]
    filled = [str(arg).format(data=data, dir=data.parent, wide=wide) for arg in args]
    assert re.search(words, printed("couples", *filled, code=2))
    assert names_in(data.parent) == ["a.csv", "w.csv"]


def test_a_folder_with_other_files_is_refused(data: Path) -> None:
    out = data.with_name("out")
    out.mkdir()
    (out / "thesis.md").write_text("mine")
    text = printed("couples", data, *KEYS, "-o", out, code=2)
    assert "holds other files (thesis.md)" in text
    assert "choose a new or an empty folder" in text
    assert names_in(out) == ["thesis.md"]


# ------------------------------------------------------------------ what the help page and messages advise


def test_the_examples_of_the_help_page_run(data: Path, wide: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data.parent)
    data.rename("persons.csv")
    wide.rename("couples.csv")
    text = printed("couples", "--help")
    examples = re.findall(r"intimacy-scales couples (\w+\.csv .*?)(?= a row for each|$)", text)
    assert [example.split()[0] for example in examples] == ["couples.csv", "persons.csv"]
    first, second = (printed("couples", *shlex.split(example), "--no-invariance") for example in examples)
    assert "60 couples (wife and husband)" in first and "60 couples" in second


def test_a_wrong_pattern_is_answered_with_patterns_of_the_file(wide: Path) -> None:
    text = printed("couples", wide, *FORM, "--a", "{n}w", "--b", "{n}h", code=2)
    assert "pass partners={'a': 'w{n}', 'b': 'h{n}'}" in text and "--a PATTERN --b PATTERN" in text
    assert text.count("On the command line:") == 1
    advised = shlex.split(text[text.index("--a 'w") :])[:4]
    assert advised == [*SIDES]
    assert "60 couples" in printed("couples", wide, *FORM, *advised, "--no-invariance")
    assert "allow" not in text and "rename" not in text


def test_double_entry_is_read_by_the_advice(tmp_path: Path) -> None:
    dyads = Dyads.from_long("kmss", LONG, couple="couple", person="partner")
    path = tmp_path / "pairwise.csv"
    dyads.to_pairwise().to_csv(path, index=False)
    sides = ("--a", "{item}_actor", "--b", "{item}_partner", "--on-fault", "leave_out")
    text = printed("couples", path, *FORM, *sides, code=1)
    assert "double entry: rows 1, 2, 3, 4, 5 and 115 more: 120 of 120 rows mirror another one" in text
    assert ", as in rows 1, 2" in text and "pandas" not in text
    assert "--couple COLUMN --person COLUMN --columns PATTERN, without --a and --b" in text
    actor = ("--couple", "couple", "--person", "partner_actor", "--columns", "{item}_actor")
    assert "60 couples" in printed("couples", path, *FORM, *actor)


def test_the_order_of_roles(data: Path) -> None:
    by_role = (*FORM, "--couple", "couple", "--role", "role")
    assert written(data, *by_role)["partners"] == ["husband", "wife"]
    assert written(data, *by_role, "--role-order", "wife, husband")["partners"] == ["wife", "husband"]
    assert "the table has 'husband', 'wife'" in printed(
        "couples", data, *by_role, "--role-order", "w,h", code=2
    )
    for wrong in ("wife", "wife,wife", "wife,"):
        assert "write the different roles" in printed(
            "couples", data, *by_role, "--role-order", wrong, code=2
        )
    assert "needs a column of roles" in printed("couples", data, *KEYS, "--role-order", "a,b", code=2)


@pytest.mark.parametrize("n_rows", [0, 1, 2])
def test_a_file_with_no_couples_or_one_says_what_was_not_computed(tmp_path: Path, n_rows: int) -> None:
    path = tmp_path / "few.csv"
    LONG.head(n_rows).to_csv(path, index=False)
    shown = printed("couples", path, *KEYS, "--role", "role", *MODEL, "--keep", "age")
    assert "not computed: reliability of total: " in shown
    assert "at least three are needed" in shown


def test_a_model_with_one_couple_of_a_kind_says_what_to_do_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "rare.csv"
    LONG.assign(sex=["f", "f"] + ["f", "m"] * 59, age=[*LONG["age"][:-1], None]).to_csv(path, index=False)
    model = (*MODEL, "--keep", "age")
    shown = printed("couples", path, *KEYS, "--role", "sex", "--mixed", *model)
    assert "1 f-f couple can be used, and a model of 4 variables needs more than 4 couples of each" in shown
    assert "On the command line: leave out --role, --roles, --a-role, --b-role and --mixed" in shown
    assert "usable person" not in shown.partition("actor-partner model")[2]
    exchangeable = printed("couples", path, *KEYS, *model)
    assert "not computed: actor-partner model" not in exchangeable


def test_cautions_name_the_options(wide: Path) -> None:
    named = (*FORM, *SIDES, "--a-name", "wife", "--b-name", "husband", "--no-invariance")
    hint = "On the command line: --roles with --a and --b"
    assert hint in printed("couples", wide, *named)
    assert hint not in printed("couples", wide, *named, "--roles")
    table = pd.read_csv(wide)
    table.assign(years=table["years"].where(table.index > 2, -99)).to_csv(wide, index=False)
    keep = ("--keep", "age=age_w,age_h", *MODEL, "--covariate", "years")
    text = printed("couples", wide, *named, "--roles", *keep)
    assert text.count("3 values (-99) look like codes") == 1 and "--missing-code VALUE" in text
    text = printed("couples", wide, *named, "--roles", *keep, "--missing-code", "-99")
    assert "look like codes" not in text


@pytest.mark.parametrize(("name", "advice"), [("r.docx", "-o r --also docx"), ("r.HTML", "-o r")])
def test_a_file_is_not_the_name_of_the_folder(name: str, advice: str, tmp_path: Path) -> None:
    file = tmp_path / "couples.csv"
    file.write_text("a1,b1\n1,2\n", encoding="utf-8")
    layout = ("--a", "a{n}", "--b", "b{n}")
    result = commands.run("couples", str(file), "-i", "kmss", *layout, "-o", name)
    assert result.exit_code == 2
    assert advice in " ".join(result.output.split())
