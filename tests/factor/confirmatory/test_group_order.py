"""Groups come as they were declared, else as they first appear: ``c(., .)`` means what it means in lavaan."""

from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import cfa
from intimacy_scales.factor import invariance

pytestmark = pytest.mark.long

MODEL = "f =~ c(a1, a2)*a + b + c + d\nf ~ c(0, NA)*1"
EQUAL = {"equal": ["loadings", "intercepts"]}


@pytest.fixture
def waves(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "cases" / "group_order_pre_post.csv")


def forms(table: pd.DataFrame, first: str, second: str):
    """Yield a table and labels of groups of every kind that does not declare another order."""
    kind = pd.CategoricalDtype([first, second], ordered=True)
    yield table, "wave"
    yield table, list(table["wave"])
    yield table, table["wave"].to_numpy()
    yield table, pd.Series(table["wave"])
    yield table.assign(wave=table["wave"].astype("category")), "wave"
    yield table.assign(wave=table["wave"].astype(kind)), "wave"
    yield table, table["wave"].astype(kind)
    yield pl.from_pandas(table), "wave"
    enum = pl.from_pandas(table).with_columns(pl.col("wave").cast(pl.Enum([first, second])))
    yield enum, "wave"
    yield enum, enum["wave"]
    yield pl.from_pandas(table).to_arrow(), "wave"


def test_values_for_groups_belong_to_those_of_lavaan(waves):
    for table, groups in forms(waves, "pre", "post"):
        found = cfa(MODEL, table, groups=groups, **EQUAL)
        assert found.groups == ("pre", "post")
        mean = found.parameters["f ~ 1", "post"]
        assert (mean.estimate, mean.se) == (pytest.approx(0.233, abs=5e-4), pytest.approx(0.099, abs=5e-4))
        assert found.parameters["f ~ 1", "pre"].estimate == 0


@pytest.mark.parametrize(
    "labels",
    [("T1", "T2", "T10"), ("z", "b", "a"), (2, 1, 3), (1.0, 0.0, 2.0), ("b", "B", "ä"), (True, False)],
)
def test_labels_are_not_sorted(waves, labels):
    each = [labels[n % len(labels)] for n in range(len(waves))]
    expected = tuple(str(int(x)) if isinstance(x, float) else str(x) for x in labels)
    found = cfa("f =~ a + b + c + d", waves, groups=each)
    assert found.groups == expected
    assert list(found.to_dict()["groups"]) == list(expected)
    assert list(invariance("f =~ a + b + c + d", waves, groups=each).groups) == list(expected)


def test_what_is_declared_comes_before_what_appears(waves):
    turned = waves.iloc[::-1].reset_index(drop=True)
    assert cfa(MODEL, turned, groups="wave", **EQUAL).groups == ("post", "pre")
    for table, groups in list(forms(turned, "pre", "post"))[5:7]:
        assert cfa(MODEL, table, groups=groups, **EQUAL).groups == ("pre", "post")
    kind = pl.Enum(["unused", "pre", "post"])
    table = pl.from_pandas(turned).with_columns(pl.col("wave").cast(kind))
    for groups in ("wave", table["wave"]):
        assert cfa(MODEL, table, groups=groups, **EQUAL).groups == ("pre", "post")


def test_the_result_shows_the_order(waves):
    found = cfa("f =~ a + b + c + d", waves, groups="wave")
    assert "2 groups (pre, post)" in repr(found)
    many = cfa("f =~ a + b + c", waves, groups=[f"site {n % 8}" for n in range(len(waves))])
    assert "8 groups (site 0, site 1, site 2, site 3, site 4, site 5, …)" in repr(many)


def test_other_rows_first_change_the_order_and_nothing_else(waves):
    moved = pd.concat([waves[waves["wave"] == "post"], waves[waves["wave"] == "pre"]], ignore_index=True)
    one, other = (cfa("f =~ a + b + c + d", t, groups="wave") for t in (waves, moved))
    assert other.groups == one.groups[::-1]
    assert other.fit.chi_square == pytest.approx(one.fit.chi_square, rel=1e-9)
    for name in ("f =~ b", "f ~~ f", "a ~~ a"):
        for group in ("pre", "post"):
            ours = other.parameters[name, group].estimate
            assert np.isclose(ours, one.parameters[name, group].estimate, atol=1e-7)
