"""Evidence of figures that the instrument records: means, standard deviations and alphas of other samples.

The mean of a sample is normal around that of another one, ``(mean - m) / sd`` having the variance ``1 / n + 1
/ n_0 + 0.5^2``: samples of one instrument differ by half a standard deviation. ``log(1 - alpha)`` is normal
around that of another sample with the variance ``2 k / ((k - 1)(n - 2))`` of each (Bonett, 2002) and 0.4
squared in addition. Several samples are weighted equally. Each counts at most 2 (log10) for or against.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, relations_of
from intimacy_scales.coding.joint_counts import Block
from intimacy_scales.coding.keyed_items import keyed_items
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.scale_items import scale_items

Floats = NDArray[np.float64]

_BETWEEN_MEANS = 0.5  # of a standard deviation
_BETWEEN_ALPHAS = 0.4  # of log(1 - alpha)
MOST_BY_PUBLISHED = 2 * 2.0  # log10, by means and by alphas together
_MOST = MOST_BY_PUBLISHED / 2
_USUAL_N = 200  # persons of a published sample whose number is not recorded
_FEWEST = 10


def published_evidence(form: Instrument, block: Block, believed: Believed, other: Believed) -> float:
    """Return the log10 likelihood ratio of ``other`` over ``believed`` by the published figures of a scale.

    0 where the instrument records none.
    """
    mean, alpha, n = _figures(form, block, believed)
    other_mean, other_alpha, _ = _figures(form, block, other)
    if n < _FEWEST:
        return 0.0
    by_mean = [
        (_log_mean(other_mean, norm.mean, norm.sd, n, norm.n), _log_mean(mean, norm.mean, norm.sd, n, norm.n))
        for norm in form.norms
        if norm.scale == block.scale and not norm.special
    ]
    k = len(block.columns)
    by_alpha = [
        (_log_alpha(other_alpha, value, k, n, finding.n), _log_alpha(alpha, value, k, n, finding.n))
        for finding in form.evidence.findings
        if finding.statistic == "alpha" and finding.scale == block.scale and finding.value is not None
        for value in (finding.value if isinstance(finding.value, tuple) else (finding.value,))
        if value < 1
    ]
    return sum(_ratio(pairs) for pairs in (by_mean, by_alpha))


def _figures(form: Instrument, block: Block, believed: Believed) -> tuple[float, float, float]:
    """Return the mean score, alpha and number of persons of a scale under a coding."""
    scale = scale_items(form)[block.scale]
    items, related = keyed_items(block, believed), relations_of([block], believed)[0]
    values = scale.minima + items.means * scale.steps * (scale.points - 1)
    sds = items.sds * scale.steps * (scale.points - 1)
    covariances = related.correlations * np.outer(sds, sds)
    total, k = float(covariances.sum()), len(sds)
    alpha = k / (k - 1) * (1 - float(covariances.diagonal().sum()) / total) if total > 0 else math.nan
    return float(scale.weights @ values) + scale.constant, alpha, float(related.n.mean())


def _log_mean(mean: float, published: float, sd: float, n: float, n_published: int | None) -> float:
    variance = 1 / n + 1 / (n_published or _USUAL_N) + _BETWEEN_MEANS**2
    return -(((mean - published) / sd) ** 2) / (2 * variance)


def _log_alpha(alpha: float, published: float, k: int, n: float, n_published: int | None) -> float:
    sampling = sum(2 * k / ((k - 1) * (m - 2)) for m in (n, n_published or _USUAL_N))
    distance = math.log(max(1 - alpha, 1e-9)) - math.log(1 - published)
    return -(distance**2) / (2 * (sampling + _BETWEEN_ALPHAS**2))


def _ratio(pairs: Iterable[tuple[float, float]]) -> float:
    """Return the log10 ratio of mean likelihoods over samples, 0 without samples or where it is undefined."""
    listed = [pair for pair in pairs if not math.isnan(pair[0] + pair[1])]
    if not listed:
        return 0.0
    sums = [math.log(sum(math.exp(max(log, -300.0)) for log in logs)) for logs in zip(*listed, strict=True)]
    return min(max((sums[0] - sums[1]) / math.log(10), -_MOST), _MOST)
