"""No couples, one couple, and couples whose answers say nothing: an error of the library, or reasons."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import dyads as room
from intimacy_scales import plots
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import IntimacyScalesError
from intimacy_scales.results.result import Result
from tests.shared.instruments import PUBLISHED, form_of

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
ITEMS = [f"q{n}" for n in range(1, 9)]
FORM = form_of({"s": "q1 q2 q3 q4", "t": "q5 q6 q7 q8"}, items=ITEMS, low=1, high=7, evidence=PUBLISHED)
ONE_SCALE = form_of({"s": "q1 q2 q3"}, items=ITEMS[:3], low=1, high=7, evidence=PUBLISHED)
OF_PERSONS = {"couple_feedback", "shareable_scales", "suppress_small_cells"}  # not of samples of couples
LEAST = {"n_resamples": 100, "rng": 1}
FEW = ("0 couples, roles", "2 couples, ,", "no answers, mixed", "no x, r")  # samples for slow functions

CALLS: dict[str, Callable[[Dyads], Any]] = {
    "partner_agreement": room.partner_agreement,
    "profile_similarity": room.profile_similarity,
    "profile_similarity, items": lambda d: room.profile_similarity(d, "items"),
    "profile_similarity, strangers": lambda d: room.profile_similarity(d, "items").pseudo_couples(99, rng=1),
    "profile_similarity, interval": lambda d: room.profile_similarity(d).confidence_interval(
        method="bootstrap", **LEAST
    ),
    "couple_scores": room.couple_scores,
    "couple_scores, summary": lambda d: room.couple_scores(d).summary(),
    "couple_reliability": lambda d: room.couple_reliability(d, "s"),
    "couple_reliability, of one scale": room.couple_reliability,
    "couple_reliability, MLR": lambda d: room.couple_reliability(d, "s", estimator="MLR"),
    "couple_reliability, listwise": lambda d: room.couple_reliability(d, "s", missing="listwise"),
    "couple_reliability, equal": lambda d: room.couple_reliability(d, "s", factors="tau_equivalent"),
    "reliable_difference": lambda d: room.reliable_difference(d, "s"),
    "reliable_difference, known": lambda d: room.reliable_difference(d, "s", standard_error=0.5),
    "perception": lambda d: room.perception(d, d),
    "truth_and_bias": lambda d: room.truth_and_bias(d, judgement="s", truth="x"),
    "response_surface": lambda d: room.response_surface(d, "s", "x"),
    "apim": lambda d: room.apim(d, "s", "x"),
    "apim, ML": lambda d: room.apim(d, "s", "x", estimator="ML"),
    "apim, MLR": lambda d: room.apim(d, "s", "x", estimator="MLR"),
    "apim, listwise": lambda d: room.apim(d, "s", "x", missing="listwise"),
    "apim, exchangeable": lambda d: room.apim(d, "s", "x", distinguishable=False),
    "apim, corrected": lambda d: room.apim(d, "s", "t", error="corrected"),
    "apim, latent": lambda d: room.apim(d, "s", "t", error="latent"),
    "common_fate": lambda d: room.common_fate(d, "s", "x"),
    "mutual_influence": lambda d: room.mutual_influence(d, "s", "x"),
    "distinguishability": lambda d: room.distinguishability(d, ["s", "x"]),
    "dyadic_invariance": lambda d: room.dyadic_invariance(d, "s"),
    "dyadic_invariance, exchangeable": lambda d: room.dyadic_invariance(d, "s", distinguishable=False),
    "couple_report": room.couple_report,
    "couple_report, model": lambda d: room.couple_report(d, outcome="s", predictors=["x"]),
    "partner_profiles": plots.partner_profiles,
    "partner_scatter": lambda d: plots.partner_scatter(d, "s"),
    "couple_pictures": lambda d: list(plots.couple_pictures(d, room.couple_report(d))),
    "tables": lambda d: [d.to_long(), d.to_wide(), d.to_pairwise(), d.to_long(keyed=True, scale="s")],
    "variables": lambda d: [d.variable("s"), d.variable("x"), d.compositions, d.complete, d.times, repr(d)],
    "items": lambda d: [d.items("s"), d.item_ids("s")],
}


def persons(n: int, answer: float | None = None, *, partners: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(n)
    rows: list[dict[str, Any]] = [
        {"c": couple, "p": place, "r": "fm"[place], "x": float(rng.normal())}
        | {item: float(rng.integers(1, 8)) if answer is None else answer for item in ITEMS}
        for couple in range(n)
        for place in range(partners)
    ]
    return pd.DataFrame(rows, columns=["c", "p", "r", "x", *ITEMS])


def samples() -> Iterator[tuple[str, Dyads]]:
    tables = {f"{n} couples": persons(n) for n in (0, 1, 2, 3)} | {
        "all the same": persons(8, 4.0),
        "one partner each": persons(8, partners=1),
        "no answers": persons(4, np.nan),
        "no x": persons(9).assign(x=np.nan),
    }
    kinds: dict[str, dict[str, Any]] = {"": {}, "roles": {"role": "r"}, "mixed": {"role": "r", "mixed": True}}
    for name, table in tables.items():
        for kind, options in kinds.items():
            for form in (FORM, ONE_SCALE) if kind == "roles" else (FORM,):
                label = f"{name}, {kind}, {len(form.scales)} scales"
                yield label, Dyads.from_long(form, table, couple="c", person="p", keep=["x"], **options)
    columns = {name: {"a": f"{name}_a", "b": f"{name}_b"} for name in "stx"}
    for n in (0, 1, 3):
        for role in (False, True):
            values = np.random.default_rng(n).normal(size=(n, 6))
            table = pd.DataFrame(values, columns=[c for pair in columns.values() for c in pair.values()])
            yield f"scores of {n}, {role}", Dyads.of_scores(table, columns, role=role)
    repeated = pd.concat([persons(1), persons(1)])
    left_out = Dyads.from_long(FORM, repeated, couple="c", person="p", keep=["x"], on_fault="leave_out")
    assert len(left_out) == 0
    yield "all left out", left_out


SAMPLES = dict(samples())


def use(result: Any) -> None:
    """Show and write a result, and read it again."""
    if not isinstance(result, Result):
        return
    assert type(result).from_json(result.to_json()) == result
    assert repr(result) + result._repr_html_()
    for name in ("to_frame", "to_markdown", "to_html", "to_csv", "sentence", "sentences", "tables"):
        method = getattr(result, name, None)
        if callable(method):
            method()


@pytest.mark.parametrize("name", CALLS)
def test_few_couples_give_an_error_of_the_library_or_a_result(name: str) -> None:
    many = not name.startswith(("couple_report", "couple_pictures"))  # these call the others
    for sample, couples in SAMPLES.items():
        if not (many or sample.startswith(FEW)):
            continue
        try:
            use(CALLS[name](couples))
        except IntimacyScalesError as error:
            assert str(error)
        except Exception as error:
            error.add_note(f"{name} of {sample}")
            raise


def test_every_public_function_of_couples_was_called() -> None:
    functions = {name for name in room.__all__ if inspect.isfunction(getattr(room, name))}
    assert functions - OF_PERSONS == {name.partition(",")[0] for name in CALLS} & functions
    of_couples = {
        "couple_pictures",
        "partner_profiles",
        "partner_scatter",
    }  # others need a fitted model, or persons
    assert of_couples <= set(plots.__all__) & set(CALLS)


def test_couple_reliability_of_no_couples_has_a_reason() -> None:
    result = room.couple_reliability(SAMPLES["all left out"], "s")
    assert result.n_couples == 0
    assert result.reason is not None
    assert "0 couples with enough answers, and more than" in result.reason
