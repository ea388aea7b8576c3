"""Every command that reads a file takes the options of reading it, and refuses those that mean nothing."""

import csv
import json

import numpy as np
import pytest
from openpyxl import Workbook

from intimacy_scales.interop import read_answers, recognize
from tests.shared.commands import names_in, printed
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.qualtrics_exports import AGREE, survey_of

ITEMS = ["kmss_1", "kmss_2", "kmss_3"]
NAMES = ["couple", "partner", *ITEMS]
FORM = form_of(
    {"t": " ".join(ITEMS)},
    response_scale={"minimum": 1, "maximum": 5, "labels": AGREE},
    evidence=PUBLISHED,
)
COMMANDS = ["score", "score folder", "reliability", "structure", "couples"]


def simulated_rows():
    """Return simulated answers of 40 couples, a row for each partner."""
    rng = np.random.default_rng(4)
    level = np.repeat(rng.normal(3, 0.8, 40), 2)[:, None] + rng.normal(0, 0.5, (80, 1))
    answers = np.clip(np.rint(level + rng.normal(0, 0.7, (80, 3))), 1, 5).astype(int)
    return [[row // 2 + 1, row % 2 + 1, *map(int, answers[row])] for row in range(80)]


ROWS = simulated_rows()


def write_csv(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_book(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def qualtrics(*rows):
    """Return the rows of an export with the status of each person after the labels."""
    header = ["couple", "partner", "Status", *ITEMS]
    ids = [json.dumps({"ImportId": x}) for x in ("couple", "partner", "status", "QID1_1", "QID1_2", "QID1_3")]
    return [header, ["", "", "Response Type", "One?", "Two?", "Three?"], ids, *rows]


def plain(folder):
    return write_csv(folder / "answers.csv", [NAMES, *ROWS]), []


def with_sheet(folder):
    other = [NAMES, *([*row[:2], 1, 1, 1] for row in ROWS)]
    return write_book(folder / "answers.xlsx", Pilot=other, Main=[NAMES, *ROWS]), ["--sheet", "Main"]


def with_rows_above(folder):
    return write_csv(folder / "answers.csv", [["Study"], [], NAMES, *ROWS]), ["--skip-rows", "2"]


def with_encoding(folder):
    path = folder / "answers.csv"
    path.write_bytes(write_csv(path, [NAMES, *ROWS]).read_text().encode("utf-16-le"))
    return path, ["--encoding", "utf-16-le"]


def with_structure(folder):
    """An export whose recode values run against the labels, which the survey file shows."""
    turned = [[*row[:2], 0, *(6 - value for value in row[2:])] for row in ROWS]
    (folder.parent / "survey.qsf").write_text(survey_of(AGREE, {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}))
    path = write_csv(folder / "answers.csv", qualtrics(*turned))
    return path, ["--structure", folder.parent / "survey.qsf"]


def with_previews(folder):
    rows = [[*row[:2], 1 if number < 10 else 0, *row[2:]] for number, row in enumerate(ROWS)]
    return write_csv(folder / "answers.csv", qualtrics(*rows)), ["--all-rows"]


def with_mapping(folder):
    path = write_book(
        folder / "answers.xlsx", Notes=[["x"]], Main=[["couple", "partner", "x", "y", "z"], *ROWS]
    )
    (folder.parent / "map.toml").write_text(
        '[file]\nsheet = "Main"\n[columns]\nkmss_1 = "x"\nkmss_2 = "y"\nkmss_3 = "z"\n'
    )
    return path, ["--mapping", folder.parent / "map.toml"]


VARIANTS = [with_sheet, with_rows_above, with_encoding, with_structure, with_previews, with_mapping]


def call(command, path, options, out, code=0):
    """Run a command, and return what it computed: figures of its own output file."""
    form = out.parent / "form.toml"
    form.write_text(FORM.to_toml())
    common = ["-i", form, *options]
    if command == "score":
        printed("score", path, *common, "-o", out / "o.csv", code=code)
        return (out / "o.csv").read_text()
    if command == "score folder":
        printed("score", path.parent, *common, "-o", out / "scores", code=code)
        written = next(p for p in (out / "scores").iterdir() if p.suffix in (".csv", ".xlsx"))
        return read_answers(written).to_frame()["t"].astype(float).round(12).tolist()  # Excel keeps 15 digits
    if command == "couples":
        printed(
            "couples", path, *common, "--couple", "couple", "--person", "partner", "-o", out / "r", code=code
        )
        return (out / "r" / "couple_scores.csv").read_text()
    few = ["--iterations", "5"] if command == "structure" else []
    printed(command, path, *common, *few, "-o", out / "o.csv", code=code)
    return (out / "o.csv").read_text()


def in_folders(tmp_path, name):
    folder, out = tmp_path / name / "in", tmp_path / name / "out"
    folder.mkdir(parents=True)
    out.mkdir()
    return folder, out


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What each command computes from the plain table of the same answers."""
    computed = {}
    for command in COMMANDS:
        folder, out = in_folders(tmp_path_factory.mktemp("plain"), "plain")
        computed[command] = call(command, *plain(folder), out)
    return computed


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_command_reads_alike(command, variant, tmp_path, expected):
    folder, out = in_folders(tmp_path, "one")
    path, options = variant(folder)
    assert call(command, path, options, out) == expected[command]


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "score folder"])
def test_a_saved_mapping_reads_the_file_again(command, tmp_path, expected):
    folder, out = in_folders(tmp_path, "one")
    path, options = with_structure(folder)
    saved = tmp_path / "maps" / "map.toml"
    saved.parent.mkdir()
    assert call(command, path, [*options, "--save-mapping", saved], out) == expected[command]
    again = in_folders(tmp_path, "again")[1]
    assert call(command, path, ["--mapping", saved], again) == expected[command]


def test_inspect_takes_them_too(tmp_path):
    for variant in VARIANTS:
        folder, _ = in_folders(tmp_path, variant.__name__)
        path, options = variant(folder)
        report = json.loads(printed("inspect", path, *options, "--json"))
        assert report["n_rows"] == 80
        form = tmp_path / "form.toml"
        form.write_text(FORM.to_toml())
        report = json.loads(printed("inspect", path, "-i", form, *options, "--json"))
        assert len([item for item in report["items"] if item["column"]]) == 3


MEANINGLESS = [
    (plain, ["--all-rows"], "all its rows are read anyway"),
    (plain, ["--sheet", "Main"], "is not a workbook, and has no sheet 'Main'"),
    (plain, ["--structure", "answers.csv"], "there is no such file"),
    (plain, ["--structure", __file__], "was not written by a platform whose structure is read"),
    (plain, ["--mapping", "none.toml"], "cannot be read"),
    (with_sheet, ["--encoding", "cp1252"], "its format settles how texts are stored; leave encoding= out"),
    (with_sheet, ["--all-rows"], "all its rows are read anyway"),
    (with_previews, ["--skip-rows", "1"], "the tool that wrote it is recognised"),
    (with_previews, ["--sheet", "Main"], "is not a workbook"),
    (with_mapping, ["--columns", "{n}"], "columns= is given in addition to mapping="),
    (with_mapping, ["--recode", "1=2"], "recode= is given in addition to mapping="),
    (plain, ["--save-mapping", "map.json"], "the ending is not valid; allowed: .toml"),
]


@pytest.mark.parametrize(("variant", "options", "words"), MEANINGLESS)
def test_what_means_nothing_is_refused(variant, options, words, tmp_path):
    for command in COMMANDS:
        if (command, options[0]) == ("score folder", "--save-mapping"):
            continue
        folder, out = in_folders(tmp_path, command)
        path, others = variant(folder)
        form = tmp_path / "form.toml"
        form.write_text(FORM.to_toml())
        how = {
            "couples": ["--couple", "couple", "--person", "partner"],
            "score folder": ["-o", out / "scores"],
            "structure": ["--iterations", "5"],
        }.get(command, [])
        source = path.parent if command == "score folder" else path
        text = printed(command.split()[0], source, "-i", form, *others, *options, *how, code=2)
        assert words in text, command


def test_a_mapping_of_several_files_or_of_both_partners_is_not_saved(tmp_path):
    folder, out = in_folders(tmp_path, "one")
    path, _ = plain(folder)
    text = printed(
        "score", folder, "-i", "kmss", "--save-mapping", tmp_path / "m.toml", "-o", out / "s", code=2
    )
    assert "each of several files has its own; save it for one of them" in text
    wide = write_csv(folder / "wide.csv", [["w1", "w2", "w3", "h1", "h2", "h3"], [6, 5, 6, 7, 7, 7]])
    sides = ["-i", "kmss", "--a", "w{n}", "--b", "h{n}"]
    text = printed("couples", wide, *sides, "--save-mapping", tmp_path / "m.toml", code=2)
    assert "a mapping names one column for each item, and a file with a row for each couple has two" in text
    (tmp_path / "map.toml").write_text('[columns]\nkmss_1 = "w1"\n')
    text = printed("couples", wide, *sides, "--mapping", tmp_path / "map.toml", code=2)
    assert "has two of them, which partners= names: leave the mapping out" in text
    both = write_csv(folder / "both.csv", [[f"ras_{n}_{who}" for who in "AB" for n in range(1, 8)], [4] * 14])
    text = printed("score", both, "--yes", "--save-mapping", tmp_path / "m.toml", code=2)
    assert "columns of both partners were found" in text
    text = printed("score", path, "--yes", "--mapping", tmp_path / "map.toml", code=2)
    assert "says how items are read, and not of which instrument; name it: -i ID" in text
    assert not [name for name in names_in(tmp_path) if name == "m.toml"]


def test_recognize_opens_a_file_as_it_is_told(tmp_path):
    names = [f"ras_{n}" for n in range(1, 8)]
    path = write_csv(tmp_path / "answers.csv", [["Study"], names, [4] * 7])
    assert recognize(path, skip_rows=1).best.instrument.id == "ras"
    assert "ras" in printed("score", path, "--skip-rows", "1", "--yes")
    path.write_bytes(",".join(names).encode("utf-16-le") + "\n4,4,4,4,4,4,4\n".encode("utf-16-le"))
    assert recognize(path, encoding="utf-16-le").best.instrument.id == "ras"
