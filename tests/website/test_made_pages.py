"""Pages of the documentation site that programs make: the catalogue, the commands, the gallery's scripts."""

from __future__ import annotations

import re

from intimacy_scales import available, load
from intimacy_scales.cli.commands import COMMANDS
from website.catalogue import catalogue_page
from website.commands import commands_page


def test_the_catalogue_has_every_instrument_with_its_keys_and_sources() -> None:
    page = catalogue_page()
    for entry in available():
        assert f"{{ #{entry.id} }}" in page and f"[`{entry.id}`](#{entry.id})" in page
    section = page.split("{ #rdas }")[1].split("\n### ")[0]
    form = load("rdas")
    row = next(line for line in section.splitlines() if line.startswith("| `consensus` "))
    assert re.findall(r"`(rdas_\d+)`", row) == [key.item for key in form.scale("consensus").keys]
    assert "| 0 to 30 | 3 |" in row
    assert all(source.title in section for source in form.evidence.sources)
    assert form.digest[:12] in section


def test_reversed_items_are_marked_in_the_catalogue() -> None:
    section = catalogue_page().split("{ #ras }")[1].split("\n### ")[0]
    assert set(re.findall(r"`-(ras_\d)`", section)) == {"ras_4", "ras_7"}


def test_drafts_have_no_cut_offs_in_the_catalogue() -> None:
    assert "Cut-off" not in catalogue_page().split("{ #scii-24 }")[1].split("\n### ")[0]


def test_the_page_of_commands_has_every_command_and_option() -> None:
    page = commands_page()
    assert re.findall(r"^## `(\w+)`$", page, re.MULTILINE) == list(COMMANDS)
    score = page.split("## `score`")[1].split("\n## ")[0]
    for option in ("--instrument", "--keep", "--missing-code", "--mapping", "--sheet"):
        assert option in score
    assert "&lt;" not in page
