"""Maximum likelihood from every answer, where answers are missing at random (Arbuckle, 1996)."""

from __future__ import annotations

from typing import ClassVar

from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Information
from intimacy_scales.factor.sample import MissingAnswers


class FIML(ML):
    """The same likelihood, of persons who answered some of the items each.

    Standard errors rest on the observed information: the expected one assumes that answers are missing
    completely at random (Kenward & Molenberghs, 1998).
    """

    missing: ClassVar[tuple[MissingAnswers, ...]] = ("fiml", "listwise", "pairwise")
    needs_means: ClassVar[bool] = True
    information: ClassVar[Information] = "observed"
