"""Variables of statistics programs: their labels, missing values and formats as facts of columns."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from intimacy_scales.files.facts import Code, ColumnFacts, Role

_LARGEST = (
    1.7976931348623155e308  # LO and HI of SPSS are stored as the largest numbers of the machine, or near
)
_MOST_EXACT = 1 << 53  # whole numbers up to here are exact as floats
_IDS = frozenset(
    ("id", "caseid", "case_id", "responseid", "response_id", "respid", "respondent_id", "respondentid",
     "participant_id", "participantid", "person_id", "personid", "subject_id", "record_id", "pid")
)  # fmt: skip
_SPSS_ORIGIN, _SAS_ORIGIN = datetime(1582, 10, 14), datetime(1960, 1, 1)
_DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
_SAS_DAYS = re.compile(
    r"(?:DATE|DAY|DDMMYY|MMDDYY|YYMMDD|JULIAN|WEEKDAT[EX]|WORDDAT[EX]|[EB]8601DA|IS8601DA|MONYY|YYMM|YYQ|NLDATE)"
    r"[BCDNPS]?"
)
_SAS_MOMENTS = re.compile(r"(?:DATETIME|DATEAMPM|MDYAMPM|[EB]8601D[TNXZ]|IS8601D[TNZ]|NLDATM)")
_SAS_TIMES = re.compile(r"(?:TIME|TOD|HHMM|TIMEAMPM|[EB]8601T[MXZ]|IS8601TM|NLTIME)")


class Calendar(NamedTuple):
    """How a variable stores days or moments.

    Attributes
    ----------
    origin
        Day 0.
    unit
        Time of one unit.
    holds_days
        Whether the time of day does not count.
    """

    origin: datetime
    unit: timedelta
    holds_days: bool

    def moment(self, value: float) -> date | datetime | float:
        """Return a stored number as a day or a moment; as it is, if no calendar has it.

        Examples
        --------
        >>> Calendar(datetime(1960, 1, 1), timedelta(days=1), True).moment(366)
        datetime.date(1961, 1, 1)
        """
        try:
            moment = self.origin + value * self.unit
        except (OverflowError, ValueError):
            return value
        return moment.date() if self.holds_days else moment


class Variable(NamedTuple):
    """One variable of a data file.

    Attributes
    ----------
    name, label
        Its name, and the text that describes it.
    is_text
        Whether its values are texts.
    format
        How the program shows its values, such as ``F8.2``.
    calendar
        How it stores days or moments; None for other values.
    is_time
        Whether its values are days, moments or durations.
    labels
        Code → text of the option.
    missing
        Lowest and highest of values that mean no answer; the same twice for a single value.
    tags
        Special missing values that a number may have, such as ``.a``.
    """

    name: str
    label: str | None = None
    is_text: bool = False
    format: str | None = None
    calendar: Calendar | None = None
    is_time: bool = False
    labels: Mapping[Any, str] = {}
    missing: Sequence[tuple[Any, Any]] = ()
    tags: Sequence[str] = ()

    def facts(self, group: str | None = None) -> ColumnFacts:
        """Return what the file says of it; ``group`` names its set of multiple responses, if it is in one."""
        labels = {plain_code(code): text for code, text in self.labels.items()}
        single, ranges = self._missing_values()
        reasons: dict[Code, str | None] = {code: labels.get(code) for code in single}
        for code, text in labels.items():
            if isinstance(code, int | float) and any(low <= code <= high for low, high in ranges):
                reasons.setdefault(code, text)
        reasons |= {tag: labels.get(tag) for tag in self.tags}
        return ColumnFacts(
            question=self.label,
            group=group,
            role=self._role(group),
            labels=tuple(labels.items()),
            missing=tuple(reasons.items()),
            missing_ranges=tuple(ranges),
            holds_labels=False if labels else None,
        )

    def _missing_values(self) -> tuple[list[Code], list[tuple[float, float]]]:
        """Return single values that mean no answer, and ranges of them."""
        single: list[Code] = []
        ranges: list[tuple[float, float]] = []
        for low, high in self.missing:
            if low == high or isinstance(low, str) or isinstance(high, str):
                single += dict.fromkeys((plain_code(low), plain_code(high)))
            else:
                ranges.append((_end(low), _end(high)))
        return list(dict.fromkeys(single)), ranges

    def _role(self, group: str | None) -> Role:
        if group is not None:
            return "choice"
        if self.is_time:
            return "time"
        if self.name.casefold() in _IDS:
            return "id"
        return "answer" if self.labels else "unknown"

    def is_missing(self, value: float) -> bool:
        """Tell whether a number is declared as missing."""
        return any(not isinstance(low, str) and low <= value <= high for low, high in self.missing)


def plain_code(code: Any) -> Code:
    """Return a code as a whole number where it is one, and a text without the blanks that fill it up.

    Examples
    --------
    >>> plain_code(3.0), plain_code(2.5), plain_code("Z   ")
    (3, 2.5, 'Z')
    """
    if isinstance(code, str):
        return code.rstrip()
    whole = isinstance(code, float) and code.is_integer() and abs(code) <= _MOST_EXACT
    number: int | float = int(code) if whole else code
    return number


def _end(value: float) -> float:
    """Return the end of a range; infinite where the range is open."""
    return math.copysign(math.inf, value) if abs(value) >= _LARGEST else value


def spss_calendar(form: str | None) -> tuple[Calendar | None, bool]:
    """Return how a format of SPSS stores days or moments, and whether it is one of days, moments or times.

    Days and moments are seconds since 14 October 1582. Durations (``TIME``, ``DTIME``) stay seconds.

    Examples
    --------
    >>> spss_calendar("ADATE10")[0].moment(13742179200.0), spss_calendar("TIME8"), spss_calendar("F8.2")
    (datetime.date(2018, 4, 4), (None, True), (None, False))
    """
    name = _format_name(form)
    if name in _DAYS:
        return Calendar(_SPSS_ORIGIN, timedelta(seconds=1), holds_days=True), True
    if name in ("DATETIME", "YMDHMS"):
        return Calendar(_SPSS_ORIGIN, timedelta(seconds=1), holds_days=False), True
    return None, name in ("TIME", "DTIME", "MTIME")


def sas_calendar(form: str | None) -> tuple[Calendar | None, bool]:
    """Return how a format of SAS stores days (since 1960) or moments (seconds), and whether it is of times.

    Examples
    --------
    >>> sas_calendar("DATE9")[0].moment(0.0), sas_calendar("TIME8"), sas_calendar("BEST12")
    (datetime.date(1960, 1, 1), (None, True), (None, False))
    """
    name = _format_name(form)
    if _SAS_MOMENTS.fullmatch(name):
        return Calendar(_SAS_ORIGIN, timedelta(seconds=1), holds_days=False), True
    if _SAS_DAYS.fullmatch(name):
        return Calendar(_SAS_ORIGIN, timedelta(days=1), holds_days=True), True
    return None, bool(_SAS_TIMES.fullmatch(name))


def stata_calendar(form: str | None) -> tuple[Calendar | None, bool]:
    """Return how a format of Stata stores days or moments, and whether it is one of days, moments or times.

    Days are counted since 1960, moments in milliseconds; weeks, months, quarters and years stay numbers.

    Examples
    --------
    >>> stata_calendar("%td")[0].moment(366), stata_calendar("%tm"), stata_calendar("%9.0g")
    (datetime.date(1961, 1, 1), (None, True), (None, False))
    """
    form = (form or "").replace("%-", "%")
    if form.startswith(("%tc", "%tC")):
        return Calendar(_SAS_ORIGIN, timedelta(milliseconds=1), holds_days=False), True
    if form.startswith(("%td", "%d")):
        return Calendar(_SAS_ORIGIN, timedelta(days=1), holds_days=True), True
    return None, form.startswith("%t")


def _format_name(form: str | None) -> str:
    """Return the name of a format without its width: ``DATE9.`` → ``DATE``."""
    return re.sub(r"[\d.]*$", "", (form or "").upper())


def choice_groups(sets: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> dict[str, str]:
    """Return the variables of sets of multiple responses, each with the label or name of its set.

    Examples
    --------
    >>> choice_groups({"why": {"label": "", "variable_list": ["q1", "q2"]}}, ["Q1", "Q2", "Q3"])
    {'Q1': 'why', 'Q2': 'why'}
    """
    spelled = {name.casefold(): name for name in names}
    return {
        spelled[member.casefold()]: described["label"] or name
        for name, described in sets.items()
        for member in described["variable_list"]
        if member.casefold() in spelled
    }
