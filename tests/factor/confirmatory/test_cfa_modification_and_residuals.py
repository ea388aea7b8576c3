"""What goes beyond estimates and fit, against lavaan 0.6-14 (R 4.2.2).

Every value below was printed by R once, from the answers in bfi.csv of the reference data::

    b <- read.csv("bfi.csv"); for (i in c("A1","C4","C5","E1","E2","O2","O5")) b[[i]] <- 7 - b[[i]]
    one <- "N =~ N1+N2+N3+N4+N5"; two <- paste0(one, "\\nE =~ E1+E2+E3+E4+E5")
    wide <- paste0(two, "\\nE =~ N4\\nN1 ~~ N2")
    second <- "A =~ A1+A2+A3+A4+A5\\nE =~ E1+E2+E3+E4+E5\\nN =~ N1+...\\nO =~ O1+...\\ng =~ A+E+N+O"
    g <- b[complete.cases(b[, paste0("N", 1:5)]), ]
    gr <- function(e, m = one) cfa(m, g, group = "gender", group.label = c("1", "2"), group.equal = e)

and then what stands above each block.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.factor import CFAResult, Model, cfa, compare_models, invariance
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndices
from tests.reference.oracles import Reference

REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
ONE = "N =~ N1 + N2 + N3 + N4 + N5"
TWO = f"{ONE}\nE =~ E1 + E2 + E3 + E4 + E5"
WIDE = f"{TWO}\nE =~ N4\nN1 ~~ N2"
SECOND = f"A =~ A1 + A2 + A3 + A4 + A5\n{TWO}\nO =~ O1 + O2 + O3 + O4 + O5\ng =~ A + E + N + O"
ERROR = 2e-4  # relative


@functools.cache
def answers(shared: Path) -> pd.DataFrame:
    table = pd.read_csv(Reference.read(shared, "bfi").folder / "bfi.csv")
    table[list(REVERSED)] = 7 - table[list(REVERSED)]
    return table


@functools.cache
def fitted(shared: Path, text: str, **options: Any) -> CFAResult:
    return cfa(text, answers(shared), **options)


@functools.cache
def grouped(shared: Path) -> Any:
    table = answers(shared)
    return invariance(ONE, table[table["gender"].notna()], groups="gender")


# ------------------------------------------------------------------ modification indices

# modindices(cfa(one, b)); modindices(cfa(two, b), sort. = TRUE); the same with std.lv = TRUE;
# modindices(cfa(second, b)): mi, epc, sepc.all
INDICES: dict[tuple[str, str], dict[str, tuple[float, float, float]]] = {
    (ONE, "marker"): {
        "N1 ~~ N2": (389.2084940, 0.830335643, 1.008335960),
        "N3 ~~ N4": (170.2789810, 0.443455441, 0.303578407),
        "N4 ~~ N5": (87.6215534, 0.359691722, 0.195847976),
        "N1 ~~ N4": (74.0424261, -0.285114425, -0.240672727),
        "N2 ~~ N4": (63.3838886, -0.255000035, -0.214018640),
        "N1 ~~ N3": (59.2929365, -0.293645391, -0.290860198),
        "N3 ~~ N5": (48.3249792, 0.247578028, 0.158180944),
        "N2 ~~ N3": (47.9308713, -0.251251113, -0.247441632),
        "N2 ~~ N5": (46.3716413, -0.225091136, -0.176315676),
        "N1 ~~ N5": (23.7303365, -0.166069090, -0.130833111),
    },
    (TWO, "marker"): {
        "N1 ~~ N2": (470.7025950, 0.881056529, 1.037081120),
        "E =~ N4": (240.9720530, -0.498218192, -0.309813709),
        "N3 ~~ N4": (143.1556340, 0.409542874, 0.285262268),
        "N1 ~~ N4": (96.8284737, -0.330378206, -0.276884826),
        "N2 ~~ N4": (84.7397565, -0.298864473, -0.250838109),
        "N =~ E2": (77.7408228, -0.206714725, -0.164315229),
    },
    (TWO, "fixed_factor"): {
        "N1 ~~ N2": (470.7013810, 0.881056099, 1.037081470),
        "E =~ N4": (240.9727440, -0.487381017, -0.309814271),
        "N3 ~~ N4": (143.1558550, 0.409543132, 0.285262462),
        "N =~ E2": (77.7409120, -0.265006496, -0.164315454),
    },
    (SECOND, "marker"): {
        "N1 ~~ N2": (425.296262, 0.863841727, 1.041343220),
        "E =~ N4": (189.687537, -0.468662621, -0.277246615),
        "O =~ E3": (181.008548, 0.719227074, 0.333638428),
        "N3 ~~ N4": (146.284399, 0.421232262, 0.292630285),
        "E ~~ O": (4.594197470, 0.0681636038, 0.4368601330),
        "A ~~ N": (4.592567550, -0.0323744739, -0.0765302809),
        "A ~~ O": (2.792122350, -0.0200394626, -0.1063709520),
        "A ~~ E": (0.384578758, -0.0375285493, -0.3924559560),
    },
}


def indexed(found: ModificationIndices) -> dict[tuple[str, str | None], Any]:
    return {(row.name, row.group): row for row in found}


@pytest.mark.parametrize(("text", "identification"), INDICES)
def test_modification_indices(shared: Path, text: str, identification: str) -> None:
    found = fitted(shared, text, identification=identification).modification_indices()
    ours, theirs = indexed(found), INDICES[text, identification]
    for name, (index, change, standardized) in theirs.items():
        row = ours[name, None]
        assert row.index == pytest.approx(index, rel=1e-3, abs=5e-3), name
        assert row.expected_change == pytest.approx(change, rel=1e-3, abs=1e-4), name
        assert row.std_all == pytest.approx(standardized, rel=1e-3, abs=1e-3), name
    falls = -np.diff([row.index for row in found])
    assert (falls >= -1e-6).all()  # equal ones, which rounding may tell apart, come in the order of the model
    if text != SECOND:
        assert [row.name for row in found][: len(theirs)] == list(theirs) or identification == "fixed_factor"
    count = {ONE: 10, TWO: 55}.get(text)
    assert count is None or len(found) == count


# modindices(gr("loadings"), sort. = TRUE); lavTestScore(gr(...))$uni: X2 of releasing each equality
GROUP_INDICES = {
    ("N1 ~~ N2", "2"): (146.1621210, 0.544312966, 0.700928427),
    ("N1 ~~ N2", "1"): (141.9349530, 0.699044056, 0.754027134),
    ("N3 ~~ N4", "1"): (98.5178579, 0.577395041, 0.395046601),
    ("N3 ~~ N4", "2"): (79.0004374, 0.357676556, 0.248629101),
    ("N4 ~~ N5", "2"): (62.6746852, 0.365510682, 0.200757733),
}
LOADINGS = [f"N =~ N{n}" for n in range(2, 6)]
MEANS = [f"N{n} ~ 1" for n in range(1, 6)]
ERRORS = [f"N{n} ~~ N{n}" for n in range(1, 6)]
RELEASED = {
    "metric": dict(zip(LOADINGS, (0.899447002, 0.662278192, 2.646272260, 3.253908970), strict=True)),
    "scalar": dict(
        zip(
            [*LOADINGS, *MEANS],
            (1.1016989500, 1.1335914500, 4.0137392100, 7.4852706300, 31.3685843000, 0.0339054827,
             11.0581464000, 19.8780418000, 97.0677595000),
            strict=True,
        )
    ),
    "strict": dict(
        zip(
            [*LOADINGS, *ERRORS, *MEANS],
            (1.680991860, 3.248555990, 1.814871720, 10.583465800, 7.275027350, 2.902971430, 0.702488405,
             0.981664197, 0.636140941, 32.221235000, 0.135792144, 12.037821500, 19.158472800, 95.711831700),
            strict=True,
        )
    ),
}  # fmt: skip


def test_modification_indices_of_groups(shared: Path) -> None:
    ours = indexed(grouped(shared)["metric"].modification_indices())
    for key, (index, change, standardized) in GROUP_INDICES.items():
        assert ours[key].index == pytest.approx(index, rel=ERROR), key
        assert ours[key].expected_change == pytest.approx(change, rel=ERROR), key
        assert ours[key].std_all == pytest.approx(standardized, rel=ERROR), key


@pytest.mark.parametrize("step", RELEASED)
def test_score_tests_of_equalities(shared: Path, step: str) -> None:
    """Of two groups, releasing one or the other is the same; the first loading stays 1."""
    ours = indexed(grouped(shared)[step].modification_indices())
    for name, theirs in RELEASED[step].items():
        for group in ("1", "2"):
            assert ours[name, group].index == pytest.approx(theirs, rel=1e-3, abs=1e-3), (name, group)
        one, other = (ours[name, group].expected_change for group in ("1", "2"))
        assert one * other < 0, name
    misfits, new = (
        grouped(shared).misfits(step),
        {"metric": LOADINGS, "scalar": MEANS, "strict": ERRORS}[step],
    )
    assert {row.name for row in misfits} == set(new)
    assert misfits[0].name == max(new, key=lambda name: RELEASED[step][name])


# ------------------------------------------------------------------ standardized estimates

# standardizedSolution(f), and type = "std.lv", of cfa(wide, b): std.all, se, std.lv, se; then se (std.all)
# with estimator = "MLR"
STANDARDIZED = {
    "N =~ N1": (0.668457312, 0.0144205529, 1.055716990, 0.0311001658, 0.0162628223),
    "N =~ N3": (0.819322360, 0.0120778076, 1.309070090, 0.0302496583, 0.0129440982),
    "N =~ N4": (0.569226457, 0.0158337375, 0.895473039, 0.0302196828, 0.0183140418),
    "E =~ E1": (0.604357801, 0.0154778741, 0.987468716, 0.0325939901, 0.0169021853),
    "E =~ E2": (0.747200577, 0.0128347076, 1.205078830, 0.0308388951, 0.0144907963),
    "E =~ N4": (-0.274761957, 0.0180180541, -0.432239089, 0.0292385491, 0.0200459644),
    "N1 ~~ N2": (0.486253468, 0.0181523305, 0.664496886, 0.0404625437, 0.0213656895),
    "N1 ~~ N1": (0.553164822, 0.0192790475, 1.379755760, 0.0496700800, 0.0217420043),
    "N4 ~~ N4": (0.526852337, 0.0176236493, 1.303838450, 0.0444071594, 0.0191356836),
    "N ~~ N": (1, 0, 1, 0, 0),
    "N ~~ E": (-0.235402604, 0.0240422035, -0.235402604, 0.0240422035, 0.0270166854),
}
# standardizedSolution(cfa(one, b, missing = "fiml")); cfa(paste0(second, "\nN ~~ O"), b)
STANDARDIZED_FIML = {
    "N =~ N1": (0.817647932, 0.00944706846),
    "N5 ~~ N5": (0.748786574, 0.0163160809),
    "N1 ~ 1": (1.866656030, 0.0313554667),
    "N5 ~ 1": (1.834274370, 0.0311076251),
}
STANDARDIZED_SECOND = {
    "g =~ A": (0.7198956770, 0.0244325375),
    "g =~ E": (0.9493888790, 0.0281017316),
    "g =~ N": (-0.2740406340, 0.0240380443),
    "N ~~ O": (0.0191150305, 0.0290793244),
    "E ~~ E": (0.0986607564, 0.0533589432),
    "O ~~ O": (0.7800495900, 0.0236952754),
    "g ~~ g": (1, 0),
}


def test_standardized_estimates_and_their_errors(shared: Path) -> None:
    ml, mlr = fitted(shared, WIDE), fitted(shared, WIDE, estimator="MLR")
    other = fitted(shared, WIDE, identification="fixed_factor")
    for name, (every, error, factors, factor_error, robust) in STANDARDIZED.items():
        ours = ml.parameters[name]
        assert (ours.std_all, ours.std_lv) == pytest.approx((every, factors), abs=1e-5), name
        assert (ours.std_all_se, ours.std_lv_se) == pytest.approx(
            (error, factor_error), rel=ERROR, abs=1e-9
        ), name
        assert mlr.parameters[name].std_all_se == pytest.approx(robust, rel=1e-3, abs=1e-9), name
        again = other.parameters[name]
        assert (again.std_all_se, again.std_lv_se) == pytest.approx(
            (ours.std_all_se, ours.std_lv_se), abs=1e-6
        ), name
    assert ml.fit.srmr == pytest.approx(0.048, abs=5e-4)


@pytest.mark.parametrize(
    ("text", "missing", "theirs"),
    [(ONE, "fiml", STANDARDIZED_FIML), (f"{SECOND}\nN ~~ O", "listwise", STANDARDIZED_SECOND)],
    ids=["fiml", "second order"],
)
def test_other_standardized_errors(shared: Path, text: str, missing: str, theirs: Any) -> None:
    for name, (value, error) in theirs.items():
        ours = fitted(shared, text, missing=missing).parameters[name]
        assert ours.std_all == pytest.approx(value, abs=1e-4), name
        assert ours.std_all_se == pytest.approx(error, rel=1e-3, abs=1e-9), name


# ------------------------------------------------------------------ residuals and information


def test_residuals(shared: Path) -> None:
    """``residuals(f, type = "cor.bollen")$cov`` and ``type = "raw"`` of cfa(wide, b)."""
    ours = fitted(shared, WIDE)
    cor, raw = ours.residuals(), ours.residuals(standardized=False)
    theirs = {
        ("N3", "N1"): (0.008677000960, 0.0218943000),
        ("N4", "N1"): (-0.0260052281, -0.0646108482),
        ("N4", "N3"): (-0.000483468404, -0.00121602421),
        ("N5", "N3"): (-0.020455040400, -0.0529369074),
        ("N5", "N4"): (0.0491247483, 0.125174080),
    }
    for (one, other), (correlation, covariance) in theirs.items():
        assert cor.loc[one, other] == pytest.approx(correlation, abs=1e-5)
        assert raw.loc[other, one] == pytest.approx(covariance, abs=1e-5)
    assert np.abs(np.diag(cor)).max() < 1e-12


def test_errors_from_either_information(shared: Path) -> None:
    """``parameterEstimates(cfa(one, b, ..., information = ...))$se`` of the loadings of N2 to N5."""
    theirs: list[tuple[dict[str, Any], list[float]]] = [
        ({"information": "observed"}, [0.0217147473, 0.0255739915, 0.0257575026, 0.0261807386]),
        (
            {"information": "expected", "missing": "fiml"},
            [0.0230304238, 0.0238650990, 0.0240391636, 0.0249761150],
        ),
        (
            {"information": "expected", "estimator": "MLR"},
            [0.0221995295, 0.0222396761, 0.0244257763, 0.0257312156],
        ),
    ]
    for options, errors in theirs:
        ours = fitted(shared, ONE, **options)
        assert ours.information == options["information"]
        assert [ours.parameters[name].se for name in LOADINGS] == pytest.approx(errors, rel=ERROR)


# ------------------------------------------------------------------ models


def test_scaled_differences_of_three_models(shared: Path) -> None:
    """``lavTestLRT(a0, a1, a2, method = "satorra.bentler.2001")``: wide, two, and two with N ~~ 0*E, MLR."""
    texts = {"wide": WIDE, "two": TWO, "apart": f"{TWO}\nN ~~ 0*E"}
    results = {name: fitted(shared, text, estimator="MLR") for name, text in texts.items()}
    found = compare_models(results["apart"], results["wide"], results["two"], names=["apart", "wide", "two"])
    assert list(found.models) == ["wide", "two", "apart"]
    assert [m.fit.chi_square for m in found.models.values()] == pytest.approx(
        [441.4256165, 1026.9818572, 1141.5626656], abs=1e-3
    )
    first, last = found.changes
    assert (first.df_change, last.df_change) == (2, 1)
    assert first.chi_square_change == pytest.approx(607.97045176, rel=ERROR)
    assert last.chi_square_change == pytest.approx(83.75040585, rel=ERROR)
    assert last.p_value == pytest.approx(5.613553163e-20, rel=0.02)
    assert {change.method for change in found.changes} == {
        "scaled likelihood ratio (Satorra & Bentler, 2001)"
    }


def test_bifactor(shared: Path) -> None:
    """``parameterEstimates(cfa(..., std.lv = TRUE))``: est, se."""
    general = " + ".join(f"{letter}{n}" for letter in "AE" for n in range(1, 6))
    text = f"g =~ {general}\nA =~ A1+A2+A3+A4+A5\nE =~ E1+E2+E3+E4+E5\ng ~~ 0*A + 0*E\nA ~~ 0*E"
    ours = fitted(shared, text, identification="fixed_factor")
    assert (ours.fit.chi_square, ours.fit.df) == (pytest.approx(240.416, abs=1e-3), 25)
    assert ours.fit.log_likelihood == pytest.approx(-42910.426, abs=1e-3)
    theirs = {
        "g =~ A1": (0.157813015, 0.0372727087), "g =~ A2": (0.540123687, 0.0309516959),
        "g =~ A3": (0.827472749, 0.0301831255), "A =~ A1": (0.747105645, 0.0484040100),
        "A =~ A2": (0.642802929, 0.0381708284), "A =~ A3": (0.484319478, 0.0381507280),
        "E =~ E1": (0.863159420, 0.0460544899), "E =~ E2": (0.968656084, 0.0454960678),
        "E =~ E3": (0.285332356, 0.0385900364),
    }  # fmt: skip
    for name, (estimate, error) in theirs.items():
        assert ours.parameters[name].estimate == pytest.approx(estimate, abs=1e-4), name
        assert ours.parameters[name].se == pytest.approx(error, rel=1e-3), name


def test_partial_invariance(shared: Path) -> None:
    """``gr("", text)`` with labels and values for each group."""
    text = "N =~ N1 + c(a,a)*N2 + c(b,d)*N3 + N4 + c(1,NA)*N5\nN1 ~ c(i,i)*1\nN2 ~ c(j,j)*1\nN ~ c(0,NA)*1"
    ours = fitted(shared, text, groups="gender")
    assert ours.fit.chi_square == pytest.approx(474.191, abs=1e-3)
    assert (ours.fit.df, round(ours.fit.rmsea, 3), round(ours.fit.srmr, 3)) == (13, 0.162, 0.062)
    theirs = {
        ("N =~ N2", "1"): (0.976476446, 0.0246834307), ("N =~ N2", "2"): (0.976476446, 0.0246834307),
        ("N =~ N3", "1"): (1.156202550, 0.0536624339), ("N =~ N3", "2"): (0.911995422, 0.0284283014),
        ("N =~ N5", "1"): (1, 0), ("N =~ N5", "2"): (0.650312367, 0.0304193595),
        ("N ~ 1", "1"): (0, 0), ("N ~ 1", "2"): (0.232291247, 0.0546697041),
        ("N ~~ N", "2"): (1.650038740, 0.0803594267),
    }  # fmt: skip
    for key, (estimate, error) in theirs.items():
        assert ours.parameters[key].estimate == pytest.approx(estimate, abs=1e-4), key
        if ours.parameters[key].free:  # of what is fixed lavaan gives 0
            assert ours.parameters[key].se == pytest.approx(error, rel=1e-3), key


# From 140 models drawn at random: cfa(model, b[start + 1:n, ], estimator, missing, std.lv, group = "gender",
# group.equal): logl and chisq. S: std.lv; F: fiml; R: MLR; G: groups; L, I, E: equal loadings, intercepts,
# residuals
DRAWN = [
    (0, 2800, "", "f =~ A1+A5; g =~ O2+O3+O5; h =~ E2+E4; i =~ C1+C2+C4+C5; i =~ O3; O3~~O5",
     -48616.9468905852, 852.4089),
    (201, 500, "S", "f =~ E1+E4; g =~ N1+N3+N4; h =~ A2+A3+A4+A5", -7028.85058255208, 127.1176),
    (1932, 300, "SFRGLIE", "f =~ N1+N2+N3+N5; g =~ E1+E2+E3+E4+E5; h =~ C1+C2+C3+C5; i =~ A1+A2+A3+A5; "
     "N1~~e*N1; N2~~e*N2", -8253.91759046824, 576.0362),
    (165, 100, "SR", "f =~ A2+a*A3+a*A4+A5; g =~ N3+N4; h =~ C3+C4+C5; C4~~N3; A2~~e*A2; A3~~e*A3",
     -1389.27188503077, 44.9449),
    (2392, 60, "F", "f =~ O1+O2+O3+O4+O5; g =~ C1+C2+C3+C4+C5; h =~ A1+A2+A3+A4+A5; O5~~A4",
     -1342.27279827069, 131.1045),
    (2143, 300, "SFGL", "f =~ N1+N2+N3+N4+N5; g =~ O1+O2+O3+O4+O5; h =~ A1+A3; i =~ C1+C2",
     -6632.04478646769, 279.0841),
    (0, 2800, "S", "f =~ E1+a*O5+a*C5", -15120.2482373913, 0.5214),
    (0, 2800, "", "f =~ N3+N4+N5; g =~ O1+O2+O5; h =~ A1+A2+A3+A4+A5; i =~ f+g+h",
     -48195.1991681573, 479.0681),
    (1346, 60, "R", "f =~ A1+A2+A3; g =~ N1+N4+N5", -580.96259435125, 12.0874),
    (2470, 200, "R", "f =~ C3+E4+N1+C2+A4; g =~ E1+E2+A1+E3; h =~ O1+C1+E5+A3+O2",
     -4439.99620371847, 320.6374),
    (1512, 200, "", "f =~ A1+A3+A4+A5; g =~ C2+C4+C5; h =~ O2+O3+O4+O5; i =~ E1+E2+E5; j =~ N1+N2+N3+N4; "
     "k =~ f+g+h+i+j", -5567.25951563664, 313.4713),
    (1126, 300, "FGLI", "f =~ A3+C1+E5+E4+C3; A3~~e*A3; C1~~e*C1", -2487.97920603899, 66.8435),
    (0, 2800, "SGLI", "f =~ N2+N3+N4+N5; N2~~e*N2; N3~~e*N3", -19033.1091862438, 218.1236),
    (689, 60, "F", "f =~ E1+a*E2+a*E3+E4+E5; g =~ N1+N2+N3+N4+N5; g =~ E2; E1~~N5",
     -930.882046645351, 53.8787),
    (0, 2800, "R", "f =~ C3+A2+N5+C4+C2; g =~ O2+N2+A4+N3; g =~ N5", -41220.1512123506, 805.8476),
    (2292, 500, "FR", "f =~ C1+C2+C3+C5; g =~ O1+O2+O3+O4+O5; h =~ A1+A3+A4+A5; C1~~C3; k =~ f+g+h",
     -10603.2029719994, 202.1594),
    (1373, 500, "S", "f =~ C1+C3+C4; g =~ A2+A3+A4; h =~ O1+O2+O3+O4+O5; k =~ f+g+h",
     -8523.00361756736, 147.3999),
]  # fmt: skip


@pytest.mark.parametrize(("start", "n", "how", "text", "likelihood", "chi_square"), DRAWN)
def test_models_drawn_at_random(
    shared: Path, start: int, n: int, how: str, text: str, likelihood: float, chi_square: float
) -> None:
    names = {"L": "loadings", "I": "intercepts", "E": "residuals"}
    rows = answers(shared).iloc[start : start + n]
    result = cfa(
        Model.from_text(text),
        rows[rows["gender"].notna()] if "G" in how else rows,
        estimator="MLR" if "R" in how else "ML",
        missing="fiml" if "F" in how else "listwise",
        identification="fixed_factor" if "S" in how else "marker",
        groups="gender" if "G" in how else None,
        equal=[name for letter, name in names.items() if letter in how],  # type: ignore[misc]  # plain texts
    )
    assert result.fit.log_likelihood == pytest.approx(likelihood, abs=1e-4)
    assert result.fit.log_likelihood >= likelihood - 1e-6
    assert result.fit.chi_square == pytest.approx(chi_square, abs=2e-3)
    assert result.improper == ()
