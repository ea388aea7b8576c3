"""The command line takes the version, language and variant of a form, and says of which it speaks."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales import (
    InstrumentError,
    ResponseError,
    load,
)
from intimacy_scales.jobs import score_folder
from tests.shared.commands import printed
from tests.shared.wordings import FEMININE, FORMS, OLD, labelled

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


# ---------------------------------------------------------------- which wording is loaded


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"variant": "feminine"},
            "scii-24 has variants in de (neutral, feminine, masculine) and fr (neutral, ",
        ),
        (
            {"language": "german"},
            "such as 'de', 'de-AT' or 'sr-Latn'; scii-24 is available in en, de, es, fr",
        ),
        ({"language": "it"}, "scii-24 is not translated into 'it'; it is available in en, de, es, fr"),
        ({"language": "de", "variant": "she"}, "no variant 'she'; allowed: neutral, feminine, masculine"),
        ({"version": "0.1"}, "scii-24 has no version '0.1'; allowed: 0.2.0, 0.3.0"),
        (
            {"version": "0.2.0", "language": "de"},
            "scii-24 0.2.0 is not kept in 'de'; that version is kept in en",
        ),
    ],
)
def test_errors_of_options_name_the_choices(asked: dict[str, str], told: str):
    with pytest.raises(InstrumentError, match=re.escape(told)):
        load("scii-24", **asked)
    options = [f"--{'form-' * (name == 'version')}{name}={value}" for name, value in asked.items()]
    for command in (["show", "scii-24"], ["check", "scii-24"], ["score", "none.csv", "-i", "scii-24"]):
        assert told in printed(*command, *options, code=2)


def test_older_versions_are_read_in_their_languages():
    assert load("scii-24", version="0.2.0", language="en") == OLD
    with pytest.raises(InstrumentError, match="ras has no variants in any language"):
        load("ras", variant="feminine")


# ---------------------------------------------------------------- the command line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answers")
    pd.DataFrame(labelled("de", 9)).to_csv(path / "de.csv", index=False)
    rows = [{item: 1 + (row + place) % 7 for place, item in enumerate(OLD.item_ids)} for row in range(40)]
    pd.DataFrame(rows).to_csv(path / "old.csv", index=False)
    return path


def test_every_command_that_takes_a_form_takes_its_wording(folder: Path):
    german, old = str(folder / "de.csv"), str(folder / "old.csv")
    worded = ["--language", "de", "--variant", "feminine"]
    name = "scii-12 0.3.0 (de feminine, forward translation), DRAFT"
    assert name in printed("show", "scii-12", *worded)
    assert name in printed("score", german, "-i", "scii-12", *worded)
    assert "note language: the wording is in 'de'" in printed("check", "scii-12", *worded)
    assert "scii-24 0.2.0, DRAFT" in printed("show", "scii-24", "--form-version", "0.2.0")
    assert "instrument scii-24 0.2.0" in printed("check", "scii-24", "--form-version", "0.2.0", code=0)
    for command in ("score", "reliability"):
        assert "scii-24 0.2.0, DRAFT" in printed(command, old, "-i", "scii-24", "--form-version", "0.2.0")
    for command in ("show", "score", "reliability", "structure", "check"):
        shown = printed(command, "--help")
        assert all(option in shown for option in ("--form-version", "--language", "--variant"))
        assert "--version" not in shown.replace("--form-version", "")


def test_the_command_line_says_which_option_was_meant(folder: Path):
    german, old = str(folder / "de.csv"), str(folder / "old.csv")
    told = printed("score", german, "-i", "scii-12", code=1)
    assert (
        "are options of scii-12 in German (de): if that was answered, pass --language de; --variant" in told
    )
    printed_old = printed("score", old, "-i", "scii-24", code=2)
    assert " --form-version 0.2.0" in printed_old and printed_old.count("On the command line:") == 1
    told = printed("score", german, "-i", "scii-12", "--variant", "feminine", code=2)
    assert "On the command line: --language LANGUAGE --variant VARIANT" in told
    told = printed("score", german, "-i", "ras", "--language", "de", code=2)
    assert "leave --language out: a key reads numbers in any language" in told


def test_item_banks_are_shown_as_they_were_written():
    for command in (["show", "trust"], ["check", "trust"]):
        assert "trust is an item bank, which has one wording only" in printed(
            *command, "--language=de", code=2
        )
    assert "--all checks everything as it was written" in printed("check", "--all", "--language=de", code=2)
    told = printed("show", "nothing-of-that-name", "--language=de", code=2)
    assert "no instrument or item bank 'nothing-of-that-name' is shipped" in told


def test_a_folder_of_scores_in_another_wording_is_told(folder: Path, tmp_path: Path):
    files, output = [folder / "de.csv", folder / "de.csv"], tmp_path / "scores"
    score_folder(FORMS["de"], files, output=output)
    with pytest.raises(
        ResponseError, match=r"scii-12 0\.3\.0 \(de neutral, forward .*\(de feminine, forward"
    ):
        score_folder(FEMININE, files, output=output)


# ---------------------------------------------------------------- what show says


def test_an_older_version_says_that_it_is_one():
    shown = printed("show", "scii-24", "--form-version", "0.2.0")
    assert "This is an older version, for answers given to it; the current version is 0.3.0." in shown
    assert "In other languages" not in shown
    assert "Older versions, for answers given to them: 0.2.0 (--form-version 0.2.0)" in shown
    assert "In other languages: de" in printed("show", "scii-24")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("scii-24", "every scale 2.5 and 5.5."),
        ("resilience", "total 2.786 and 5.214; adapting 2 and 6; growth 3.571 and 4.429."),
        (
            "scii-12",
            "total 2.5 and 5.5; trust, caring and interdependence the ends of their range; knowledge, "
            "mutuality and commitment 4 and 4.",
        ),
        ("raas", "close 3 and 3; depend 3.667 and 2.333; anxiety the ends of its range."),
        ("das", "every scale the ends of its range."),
        ("csi-16", "total 0 and 81."),
    ],
)
def test_one_option_everywhere_is_reported_of_every_scale(name: str, told: str):
    assert f"Choosing the lowest, or the highest, option for every item scores: {told}" in printed(
        "show", name
    )
