"""Full-information maximum likelihood, for answers that are missing at random (Arbuckle, 1996)."""

from __future__ import annotations

from typing import ClassVar

from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Information
from intimacy_scales.factor.sample import MissingAnswers


class FIML(ML):
    """The likelihood of `ML`, of whichever items each person answered.

    Standard errors rest on the observed information, as the expected one assumes that answers are missing
    completely at random (Kenward & Molenberghs, 1998).
    """

    missing: ClassVar[tuple[MissingAnswers, ...]] = ("fiml", "listwise", "pairwise")
    needs_means: ClassVar[bool] = True
    information: ClassVar[Information] = "observed"
