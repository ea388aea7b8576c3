"""Columns of KoBo and ODK exports: those that the platform adds, and those of the questions of a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.interop.answers.nested_cells import named_within, unambiguous_ends
from intimacy_scales.interop.answers.xlsform_questions import Question

_META: dict[str, Role] = {
    "_id": "id", "_uuid": "id", "meta/instanceid": "id", "meta-instanceid": "id", "instanceid": "id",
    "meta/rootuuid": "id", "meta/deprecatedid": "id", "formhub/uuid": "layout", "_submitted_by": "id",
    "_submission_time": "time", "start": "time", "end": "time", "today": "time", "deviceid": "id",
    "subscriberid": "id", "simserial": "id", "phonenumber": "id", "username": "id", "email": "id",
    "imei": "id",
    "audit": "layout", "_index": "layout", "_parent_index": "layout", "_parent_table_name": "layout",
    "_status": "layout", "_validation_status": "layout", "_notes": "layout", "_tags": "layout",
    "__version__": "layout", "_version_": "layout", "_version__001": "layout", "_attachments": "layout",
    "_geolocation": "layout", "_xform_id_string": "layout", "_bamboo_dataset_id": "layout",
    "_submission__id": "id", "_submission__uuid": "id", "_submission__submission_time": "time",
    "_submission__validation_status": "layout", "_submission__notes": "layout",
    "_submission__status": "layout",
    "_submission__submitted_by": "id", "_submission___version__": "layout", "_submission__tags": "layout",
    "meta/versionid": "layout", "meta/instancename": "id", "meta-instancename": "id",
    "submissiondate": "time", "key": "id", "parent_key": "id", "submitterid": "id", "submittername": "id",
    "attachmentspresent": "layout", "attachmentsexpected": "layout", "status": "layout",
    "reviewstate": "layout",
    "edits": "layout", "formversion": "layout", "__id": "id", "__system/submissiondate": "time",
    "__system/submitterid": "id", "__system/submittername": "id", "__system/deviceid": "id",
}  # fmt: skip
_ONLY_OF_FORM = frozenset({"start", "end", "today", "username", "email", "status", "edits", "key", "audit"})
_KOBO_MARKS = frozenset({
    "_uuid", "_submission_time", "_validation_status", "formhub/uuid", "meta/instanceid", "_xform_id_string",
    "_submission__uuid", "_submission__id", "_parent_table_name", "__version__", "_submitted_by",
})  # fmt: skip
_ODK_MARKS = frozenset(
    {"submissiondate", "meta-instanceid", "parent_key", "submitterid", "attachmentsexpected"}
)
_ROW_IDS = ("_uuid", "_id", "key", "__id", "meta/instanceid", "meta-instanceid")
_REPEATED = ("_parent_index", "_parent_table_name", "parent_key")
_OF_SYSTEM = ("_validation_status/", "__system/", "_geolocation/", "_supplementaldetails/")
_TIMES = ("start", "end", "today", "starttime", "endtime", "date", "time", "datetime")
_PERSONS = ("deviceid", "subscriberid", "simserial", "phonenumber", "username", "email")
_NUMBERS = ("integer", "decimal", "range", "acknowledge", "trigger", "rank", "rank__level", "score__row")
_WITH_OPTIONS = ("select_one", "select one", "select1", "select_one_from_file")
_CHOSEN: tuple[tuple[Code, str], ...] = ((1, "chosen"), (0, "not chosen"))


def platform_of(names: Iterable[str]) -> str | None:
    """Return the platform that adds some of these columns; None if fewer than two are its own.

    Examples
    --------
    >>> platform_of(["q1", "_uuid", "_submission_time"]), platform_of(["SubmissionDate", "q1", "KEY"])
    ('KoBo', 'ODK')
    >>> print(platform_of(["_uuid", "q1"]))
    None
    """
    folded = {name.casefold() for name in names}
    if len(folded & _KOBO_MARKS) > 1:
        return "KoBo"
    is_odk = ("key" in folded and folded & _ODK_MARKS) or {"__id", "__system/submissiondate"} <= folded
    return "ODK" if is_odk else None


class _Target(NamedTuple):
    """What a column holds: the answer to a question, one option of it, or what was written for "other"."""

    question: Question
    option: str | None = None
    is_other: bool = False


def described(names: Sequence[str], questions: Sequence[Question]) -> dict[str, ColumnFacts]:
    """Return what a form says of the columns, by their names with or without groups, or by their labels."""
    targets = _targets(questions)
    counts = Counter(question.name for question in questions)
    used_once = {name for name, n in counts.items() if n == 1}
    columns = {}
    for name in names:
        target = targets.get(name) or targets.get(_compared(name))
        if target is not None:
            columns[name] = _facts(name, target, used_once)
    return columns


def _targets(questions: Sequence[Question]) -> dict[str, _Target]:
    """Return name or label of a column → what it holds; those that stand for several things are left out."""
    having: dict[str, dict[tuple[str, ...], _Target]] = {}
    for question in questions:
        for keys, target in _named(question):
            identity = (
                *target.question.groups,
                target.question.name,
                str(target.option),
                str(target.is_other),
            )
            for key in dict.fromkeys(keys):
                having.setdefault(key, {})[identity] = target
    return {key: next(iter(of_key.values())) for key, of_key in having.items() if len(of_key) == 1}


def _named(question: Question) -> Iterator[tuple[list[str], _Target]]:
    """Yield the names and labels that each column of a question may have."""
    path = [*question.groups, question.name]
    names = ["/".join(path), "-".join(path), question.name]
    labels = [_compared(label) for label in question.labels]
    labels += [f"{_compared(group)}/{label}" for group in question.group_labels for label in labels]
    yield [*names, *labels], _Target(question)
    if question.options and question.options[-1][0] == "other":
        yield [f"{name}_other" for name in names], _Target(question, is_other=True)
    if question.is_many:
        for code, texts in question.options:
            keys = [f"{name}/{code}" for name in names]
            keys += [f"{label}/{_compared(text)}" for label in labels for text in texts]
            yield keys, _Target(question, code)


def _facts(name: str, target: _Target, used_once: set[str]) -> ColumnFacts:
    question = target.question
    text = question.labels[0] if question.labels else question.name
    group = question.group_labels[0] if question.group_labels else None
    if target.is_other:
        return ColumnFacts(question=f"{text} (other)", group=group, role="text")
    if target.option is not None:
        label = next(texts[0] for code, texts in question.options if code == target.option)
        return ColumnFacts(question=label, group=text, role="choice", labels=_CHOSEN)
    labels: tuple[tuple[Code, str], ...] = tuple(
        (code, label) for code, texts in question.options for label in texts
    )
    return ColumnFacts(
        question=text,
        group=group,
        role=_role(question),
        labels=labels,
        formula=question.formula if question.kind == "calculate" else None,
        name=question.name if name != question.name and question.name in used_once else None,
        name_within="".join(f"{part}/" for part in question.groups),
    )


def _role(question: Question) -> Role:
    kind = question.kind
    if question.is_many:
        return "choice"
    if kind in ("calculate", "calculation"):
        return "calculated"
    if kind in _TIMES:
        return "time"
    if kind in _PERSONS:
        return "id"
    if kind in ("hidden", "audit"):
        return "layout"
    return "answer" if kind in _NUMBERS or kind in _WITH_OPTIONS else "text"


def undescribed(names: Sequence[str]) -> dict[str, ColumnFacts]:
    """Return what the names of an export say: columns of the platform, options, and names within groups."""
    present, ends = set(names), unambiguous_ends(names, "/", "-")
    columns = {}
    for name in names:
        folded = name.casefold()
        above = name.rpartition("/")[0]
        role = _META.get(folded) or ("layout" if folded.startswith(_OF_SYSTEM) else None)
        if role is not None:
            columns[name] = ColumnFacts(role=role)
        elif above in present:  # 1 or 0 for an option, next to all that were chosen
            option = name.removeprefix(f"{above}/")
            columns[name] = ColumnFacts(question=option, group=above, role="choice")
        else:
            columns[name] = named_within(name, ends.get(name))
    return columns


def row_id(names: Sequence[str], *, are_repeats: bool) -> str | None:
    """Return the column that identifies a row, a submission or a part of one; None if there is none."""
    by_folded = {name.casefold(): name for name in names}
    if are_repeats and "_index" in by_folded:
        return by_folded["_index"]
    return next((by_folded[name] for name in _ROW_IDS if name in by_folded), None)


def of_repeats(names: Iterable[str]) -> list[str]:
    """Return the columns that name the submission of a row that is a part of one.

    Old exports of KoBo have them for submissions too, where they are empty.
    """
    return [name for name in names if name.casefold() in _REPEATED]


def is_meta(name: str) -> bool:
    """Tell whether a column is one that the platform adds to every form."""
    folded = name.casefold()
    return (folded in _META and folded not in _ONLY_OF_FORM) or folded.startswith(_OF_SYSTEM)


def _compared(text: str) -> str:
    return as_compared(without_markup(text))
