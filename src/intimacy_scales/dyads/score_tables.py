"""Couples from scores that are made already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.labels import name_of
from intimacy_scales.dyads.long_tables import (
    blank_rows,
    check_pairing_options,
    dyads_of,
    kept_of_rows,
    labels_of_rows,
    ranges_of,
)
from intimacy_scales.dyads.pairing import PairingOptions, pair_rows
from intimacy_scales.dyads.partner_columns import by_partner, partners_of
from intimacy_scales.dyads.wide_labels import wide_labels
from intimacy_scales.dyads.wide_tables import kept_of_wide, refuse_shared, wide_parts
from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import a_type
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.frames import number_column, open_table
from intimacy_scales.reading.kept import keep_columns
from intimacy_scales.reading.options import OnInvalid, as_keep
from intimacy_scales.reading.undeclared_codes import check_scores
from intimacy_scales.scoring.scores import Scores


def dyads_of_scores(
    table: Any,
    scores: Any,
    names: Mapping[str, Any],
    keep: Any,
    how: PairingOptions,
    on_invalid: OnInvalid,
) -> Dyads:
    """Return the couples of a table of scores; arguments as of `Dyads.of_scores`."""
    if isinstance(scores, Mapping):
        return _of_wide(table, scores, names, keep, how, on_invalid)
    if isinstance(table, Scores):
        return _of_result(table, scores, names, how)
    if scores is None:
        raise ResponseError("scores=None is not valid for a table; pass the names of its columns of scores")
    check_pairing_options(names, how)
    columns_of_scores = as_names("scores", scores, "columns", texts=False)  # numbers may be names of columns
    if not columns_of_scores:
        raise ResponseError("scores is empty; name at least one column of scores")
    opened = open_table(table)
    columns = {option: name for option, name in names.items() if name is not None}
    kept = keep_columns(opened, as_keep(keep), columns)
    persons = {}
    for name in columns_of_scores:
        scale, column = str(name), opened.check(name, "scores")
        if scale in persons:
            raise ResponseError(f"scores: two columns are called {scale!r}; name each one once")
        persons[scale] = number_column(opened.column(column), scale)
        check_scores({scale: persons[scale]}, on_invalid)
    return _of_long(kept, persons, columns, how, on_invalid, scale_ids=tuple(persons), ranges={})


def _of_result(scores: Scores, chosen: Any, names: Mapping[str, Any], how: PairingOptions) -> Dyads:
    """Return the couples of the scores that `score` returned."""
    check_pairing_options(names, how)
    columns = {option: name for option, name in names.items() if name is not None}
    for option, name in columns.items():
        if scores.kept.spelled(name) not in scores.kept.names:
            raise ResponseError(
                f"{option}={name!r}: that column was not kept when these answers were scored: "
                f"score(..., keep=[{name!r}])"
            )
    ids = scores.scale_ids if chosen is None else as_names("scores", chosen, "scales")
    persons = {name: scores[name] for name in ids}
    ranges = {name: limits for name, limits in ranges_of(scores.form).items() if name in ids}
    return _of_long(
        scores.kept,
        persons,
        columns,
        how,
        "raise",
        scale_ids=tuple(ids),
        ranges=ranges,
        form=scores.form,
    )


def _of_long(
    kept: Any, persons: Mapping[str, Any], columns: Mapping[str, Any], how: PairingOptions,
    on_invalid: OnInvalid, **parts: Any,
) -> Dyads:  # fmt: skip
    labels = labels_of_rows(kept, columns, how)
    scored = ~np.isnan(np.array(list(persons.values()))).all(axis=0)
    blank = blank_rows(labels, np.asarray(scored))
    pairs = pair_rows(labels.without(blank), how.on_fault)
    columns_kept = kept_of_rows(kept, columns, pairs, missing_codes=None, on_invalid=on_invalid)
    without = tuple(blank.tolist())
    return dyads_of(
        labels, pairs, columns, columns_kept, person_scores=persons, without_answers=without, **parts
    )


def _of_wide(
    table: Any,
    scores: Mapping[str, Any],
    names: Mapping[str, Any],
    keep: Any,
    how: PairingOptions,
    on_invalid: OnInvalid,
) -> Dyads:
    """Return the couples of a table with one row for each couple."""
    if not scores or not all(isinstance(pair, Mapping) for pair in scores.values()):
        kind = a_type(next(iter(scores.values()), None))
        raise ResponseError(
            f"scores: a mapping to {kind} is not valid; pass name → partner → column, as in "
            'scores={"trust": {"a": "trust_1", "b": "trust_2"}}'
        )
    opened = open_table(table)
    partners = partners_of(by_partner(next(iter(scores.values())), "scores"))
    persons = {}
    for name, pair in scores.items():
        sides_of_score = {name_of(partner): column for partner, column in pair.items()}
        if set(sides_of_score) != set(partners):
            raise ResponseError(
                f"scores[{name!r}] has the partners {', '.join(map(str, pair))}, and the first score "
                f"{', '.join(partners)}; give both partners the same names in all scores"
            )
        columns = [opened.check(sides_of_score[partner], "scores") for partner in partners]
        refuse_shared(f"scores[{name!r}]", [[column] for column in columns], partners)
        sides = [number_column(opened.column(column), str(column)) for column in columns]
        check_scores(dict(zip(map(str, columns), sides, strict=True)), on_invalid)
        persons[str(name)] = np.concatenate(sides)
    answered = ~np.isnan(list(persons.values())).all(axis=0).reshape(2, -1).T
    labels = wide_labels(opened, names, partners, how)
    kept = kept_of_wide(opened, keep, labels, missing_codes=None, on_invalid=on_invalid)
    parts = wide_parts(opened, labels, kept, how, answered, list(persons.values()))
    return dyads_of(**parts, person_scores=persons, scale_ids=tuple(persons), ranges={})
