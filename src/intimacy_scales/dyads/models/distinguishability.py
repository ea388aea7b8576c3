"""Whether roles tell partners apart, and the fit of models of exchangeable partners."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.models.adjusted_fit import AdjustedFit, adjusted_fit
from intimacy_scales.dyads.models.alike_text import inull_text, isat_text
from intimacy_scales.dyads.models.couple_table import (
    CoupleTable,
    MissingPartners,
    TableBuilder,
    check_varies,
    in_one_order,
)
from intimacy_scales.dyads.models.layout import layout_of
from intimacy_scales.dyads.models.path_tests import PathTest
from intimacy_scales.dyads.models.sem_engine import fitted, refitted
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, chi_square_p
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

LikelihoodEstimator = Literal["ML", "MLR"]


@result_class
class Distinguishability(Result):
    """Test of whether roles tell partners apart, with the models of exchangeable partners.

    Attributes
    ----------
    instrument
        What was answered, where that is known.
    variables, covariates
        Variables of both partners, and of couples.
    partners
        Names of both partners.
    chi_square, df, p
        The test of the I-SAT model, in which means, variances and covariances do not depend on the role; nan
        where `reason` says why it is undefined.
    scaled
        Whether the test is corrected (MLR).
    isat, inull
        Fit of the I-SAT and of the I-NULL model, against which models of exchangeable partners are judged.
    estimator, missing
        How they were fitted.
    n_couples, n_given, left_out
        Couples used, and given; reason → couples that were left out.
    reason
        Why the test is undefined; None if it is defined.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner", role="partner")
    >>> distinguishability(dyads, ["trust", "commitment"]).df
    6
    """

    instrument: InstrumentRef | None
    variables: tuple[str, ...]
    covariates: tuple[str, ...]
    partners: tuple[str, str]
    chi_square: float
    df: int
    p: float
    scaled: bool
    isat: Fit
    inull: Fit
    estimator: str
    missing: str
    n_couples: int
    n_given: int
    left_out: Mapping[str, int]
    reason: str | None

    def adjusted(self, fit: Fit | SEMResult) -> AdjustedFit:
        """Return the fit of a model of exchangeable partners of the same couples and variables.

        Parameters
        ----------
        fit
            Its fit, such as ``model.fit`` or ``sem(...).fit``.

        Raises
        ------
        EstimationError
            The model was fitted to other couples, or is not a model of exchangeable partners.
        """
        fit = fit.fit if isinstance(fit, SEMResult) else fit
        if fit.n != self.n_couples:
            raise EstimationError(
                f"the model was fitted to {counted(fit.n, 'couple')}, and this to {self.n_couples}; use the "
                "same "
                "couples and the same missing="
            )
        if fit.df < self.isat.df:
            raise EstimationError(
                f"the model has {fit.df} degrees of freedom, and models of exchangeable partners have at "
                "least "
                f"{self.isat.df} with these variables: it is not one of them, or has other variables"
            )
        return adjusted_fit(fit, isat=self.isat, inull=self.inull, n=self.n_couples)

    def sentence(self) -> str:
        """Return the test in plain language."""
        names = ", ".join(self.variables)
        if self.reason is not None:
            return f"Whether roles tell partners apart in {names} is not tested: {self.reason}."
        first, second = self.partners
        verdict = (
            f"{first} and {second} differ in means, variances or covariances of {names}"
            if self.p < 0.05
            else f"{first} and {second} do not clearly differ in means, variances or covariances of {names}"
        )
        verdict = verdict[0].upper() + verdict[1:]
        return f"{verdict}, chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}."

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls)

    def to_frame(self) -> pd.DataFrame:
        """Return the two models as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        fits = {"I-SAT": self.isat, "I-NULL": self.inull}
        columns: dict[str, list[Any]] = {"model": list(fits)}
        columns |= {
            name: [getattr(fit, name) for fit in fits.values()]
            for name in ("chi_square", "df", "p_value", "rmsea", "log_likelihood")
        }
        return pandas_frame(columns)

    def __repr__(self) -> str:
        test = f"chi-square({self.df}) = {shown(self.chi_square, 2)}, {apa_p(self.p)}"
        value = test if self.reason is None else f"undefined: {self.reason}"
        return (
            f"<distinguishability of partners in {', '.join(self.variables)}: {value}; n = {self.n_couples}>"
        )


def distinguishability(
    dyads: Dyads,
    variables: str | Sequence[str],
    *,
    covariates: Sequence[str] = (),
    estimator: LikelihoodEstimator = "ML",
    missing: MissingPartners = "fiml",
) -> Distinguishability:
    """Test whether roles tell partners apart, with the models that exchangeable partners are judged against.

    Parameters
    ----------
    dyads
        The couples. Without roles the test is undefined, since it would depend on who is called the first;
        the two models are fitted nevertheless, and `Distinguishability.adjusted` does not depend on that.
    variables
        Scales, or kept columns of numbers.
    covariates
        Kept columns with one number for each couple.
    estimator
        ``ML``, or ``MLR``, whose test does not assume normality.
    missing
        ``fiml``: couples with missing scores count. ``listwise``: they do not.

    Returns
    -------
    Distinguishability

    Raises
    ------
    EstimationError
        Unknown variables, or ones that do not vary; too few couples; a mixed sample.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = distinguishability(dyads, ["trust", "commitment"])
    >>> result.reason
    'partners have no roles, so that the test would depend on who is called the first'
    """
    dyads = couples_once(dyads)
    if estimator not in get_args(LikelihoodEstimator):
        raise EstimationError(not_one_of("estimator", estimator, get_args(LikelihoodEstimator)))
    names = as_names("variables", [variables] if isinstance(variables, str) else variables, "variables")
    shared = as_names("covariates", covariates, "covariates")
    layout = layout_of(dyads, False)
    builder = TableBuilder(dyads=dyads, layout=layout)
    for name in names:
        builder.add_partners(name, dyads.variable(name))
    for name in shared:
        builder.add_couples(name, dyads.couple_variable(name))
    table = builder.made(missing)
    check_varies(table, [*names, *shared], layout.compositions)
    table = in_one_order(table, layout)
    reason = why_not_tested(dyads, table)
    isat, inull = (
        fitted(
            text(table.partners, list(table.couples.values())),
            table,
            {"estimator": estimator, "missing": missing},
        )
        for text in (isat_text, inull_text)
    )
    scaled = isat.fit.scaled
    chi_square = isat.fit.chi_square if scaled is None else scaled.chi_square
    return Distinguishability(
        instrument=dyads.instrument,
        variables=names,
        covariates=shared,
        partners=dyads.partners,
        chi_square=math.nan if reason else chi_square,
        df=isat.fit.df,
        p=math.nan if reason else chi_square_p(chi_square, isat.fit.df),
        scaled=scaled is not None,
        isat=isat.fit,
        inull=inull.fit,
        estimator=estimator,
        missing=missing,
        n_couples=table.n,
        n_given=table.n_given,
        left_out=table.left_out,
        reason=reason,
    )


def why_not_tested(dyads: Dyads, table: CoupleTable) -> str | None:
    """Return why it cannot be tested whether roles tell partners apart; None if it can."""
    if dyads.mixed:
        return "couples of several compositions are in the sample"
    if not dyads.has_roles:
        return "partners have no roles, so that the test would depend on who is called the first"
    return "some variable does not vary in one of the roles" if table.placed else None


def distinguishability_test(table: CoupleTable, options: Mapping[str, Any], reason: str | None) -> PathTest:
    """Return the I-SAT test of the variables of a model, which the reason says is undefined."""
    k = len(table.partners)
    method = "likelihood ratio, I-SAT"
    if reason is None:
        try:
            result = refitted(isat_text(table.partners, list(table.couples.values())), table, options)
        except EstimationError as error:  # too few couples for it may be enough for the effects
            reason = str(error)
    if reason is not None:
        df = k * (k + 1) + k * len(table.couples)
        return PathTest(
            name="distinguishable", predictor=None, cell="", chi_square=math.nan, df=df, p=math.nan,
            method=method, reason=reason,
        )  # fmt: skip
    test = result.fit if result.fit.scaled is None else result.fit.scaled
    return PathTest(
        name="distinguishable", predictor=None, cell="", chi_square=test.chi_square, df=test.df,
        p=test.p_value, method=method, reason=None,
    )  # fmt: skip


def adjusted_to_partners(table: CoupleTable, result: SEMResult, options: Mapping[str, Any]) -> AdjustedFit:
    """Return the fit of a model of exchangeable partners, judged by I-SAT and I-NULL of its variables."""
    couples = list(table.couples.values())
    texts = [text(table.partners, couples) for text in (isat_text, inull_text)]
    models = [result, *(refitted(text, table, options) for text in texts)]
    fit, isat, inull = (model.fit for model in models)
    return adjusted_fit(fit, isat=isat, inull=inull, n=table.n)
