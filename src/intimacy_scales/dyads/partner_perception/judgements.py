"""Judgements of the partner, and what the partners themselves report, of the couples that a model can use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import check_dyads
from intimacy_scales.dyads.partner_perception.forms import common_scales
from intimacy_scales.dyads.partner_perception.matching import matched_reports
from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """Judgements and own reports of both partners of each couple.

    Attributes
    ----------
    judgement
        (n, 2): how each partner sees the other one.
    own
        (n, 2): what each partner reports of themselves.
    dyads
        The couples who gave own reports.
    judgement_name, truth_name
        Names of the variables, or of the scale.
    instrument, partner_instrument
        What was answered about oneself, and about the partner.
    left_out
        Why couples are left out → how many: those without one kind of reports.
    occasions
        The caution that both reports are of different occasions; None where they are not.
    """

    judgement: Floats
    own: Floats
    dyads: Dyads
    judgement_name: str
    truth_name: str
    instrument: InstrumentRef | None
    partner_instrument: InstrumentRef | None
    left_out: Mapping[str, int]
    occasions: str | None = None


def judgements_of(
    own: Dyads, partner: Dyads | None, scale: str | None, judgement: str | None, truth: str | None
) -> Judgements:
    """Return judgements and own reports; arguments as of `truth_and_bias`.

    Raises
    ------
    EstimationError
        Neither two reports with a scale, nor one with two variables.
    """
    check_dyads("own", own)
    if partner is not None:
        check_dyads("partner", partner)
        if scale is None or judgement is not None or truth is not None:
            raise EstimationError(
                "with own reports and reports about the partner, name the scale that both have, as in "
                "truth_and_bias(own, partner, 'trust'); judgement= and truth= are for variables of one Dyads"
            )
        return _of_two(own, partner, scale)
    if judgement is None or truth is None or scale is not None:
        raise EstimationError(
            "pass reports about the partner and a scale, as in truth_and_bias(own, partner, 'trust'); or "
            "name two variables of the same couples, as in truth_and_bias(dyads, judgement='partner_trust', "
            "truth='trust')"
        )
    if judgement == truth:
        raise EstimationError(
            f"judgement={judgement!r} and truth={truth!r} are the same variable; one is about the partner, "
            "the other one about oneself"
        )
    couples = own.one_occasion()
    return Judgements(
        judgement=couples.variable(judgement),
        own=couples.variable(truth),
        dyads=couples,
        judgement_name=judgement,
        truth_name=truth,
        instrument=couples.instrument,
        partner_instrument=None,
        left_out={},
    )


def _of_two(reports: Dyads, judgements: Dyads, scale: str) -> Judgements:
    """Return the judgements and own reports of the couples who gave both."""
    common_scales(reports, judgements, [scale])
    matched = matched_reports(reports, judgements)
    judgement, truth = matched.scores(scale)
    return Judgements(
        judgement=judgement,
        own=truth,
        dyads=matched.own.chosen(matched.own_places),
        judgement_name=scale,
        truth_name=scale,
        instrument=reports.instrument,
        partner_instrument=judgements.instrument,
        left_out=matched.left_out,
        occasions=matched.occasions,
    )
