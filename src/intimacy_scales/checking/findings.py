"""Findings of the linter, and the report that collects them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from intimacy_scales.checking.rules import RULES, Severity
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where a rule is broken, before severity and explanations are looked up.

    Attributes
    ----------
    rule
        The rule's id.
    message
        What was found.
    item, field
        The place; None: the whole bank or instrument.
    severity
        The severity, if it differs from the rule's.
    """

    rule: str
    message: str
    item: str | None = None
    field: str | None = None
    severity: Severity | None = None


@result_class
class Finding(Result):
    """One finding of the linter.

    Attributes
    ----------
    item
        The item's id; None where the finding is about the whole.
    field
        The field of the item, or of the file.
    rule
        The rule's id.
    severity
        ``error``: must be changed; ``warning``: should probably be changed; ``note``: think about it.
    message
        What was found, and what to do.
    why
        Why the rule matters.
    source
        The study or handbook that supports the rule.
    explained
        The author's reason for accepting it, or None.

    Examples
    --------
    >>> from intimacy_scales import check_bank
    >>> finding = next(finding for finding in check_bank("trust") if finding.explained)
    >>> finding.severity, finding.explained is None
    ('warning', False)
    """

    item: str | None
    field: str | None
    rule: str
    severity: Severity
    message: str
    why: str
    source: str
    explained: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dictionary."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __str__(self) -> str:
        where = ".".join(name for name in (self.item, self.field) if name) or "the whole"
        reason = f" (explained: {self.explained})" if self.explained else ""
        return f"{self.severity}: {where}: {self.message} [{self.rule}]{reason}"

    def __repr__(self) -> str:
        return f"<{self}>"


@result_class
class BankReport(Result):
    """Everything that the linter found in one bank or instrument.

    Attributes
    ----------
    kind
        ``bank`` or ``instrument``.
    id, version, title
        What was checked.
    n_items
        Number of items.
    findings
        Findings about the whole, then those about each item in order; explained ones included.

    Examples
    --------
    >>> from intimacy_scales import check_bank
    >>> report = check_bank("trust")
    >>> report.passed(strict=True), len(report.errors)
    (True, 0)
    """

    kind: str
    id: str
    version: str
    title: str
    n_items: int
    findings: tuple[Finding, ...]

    def _with_severity(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that must be changed."""
        return self._with_severity("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Findings that should probably be changed."""
        return self._with_severity("warning")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """Findings to think about."""
        return self._with_severity("note")

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Findings that the author has not explained."""
        return tuple(finding for finding in self.findings if finding.explained is None)

    def passed(self, *, strict: bool = False) -> bool:
        """Return whether every error is explained, and with ``strict`` every warning too."""
        refused = ("error", "warning") if strict else ("error",)
        return not any(finding.severity in refused for finding in self.unexplained)

    def __len__(self) -> int:
        return len(self.findings)

    def __bool__(self) -> bool:
        return True  # a report without findings is still a report

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "kind": self.kind,
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "n_items": self.n_items,
            "passed": self.passed(),
            "passed_strict": self.passed(strict=True),
            "findings": plain(self.findings),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, passed=bool, passed_strict=bool)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, one row for each finding."""
        from intimacy_scales.results.frames import pandas_frame

        names = Finding.__slots__
        return pandas_frame({name: [getattr(f, name) for f in self.findings] for name in names})

    def summary(self) -> str:
        """Return one line with the number of findings of each severity."""
        by_severity = {"error": self.errors, "warning": self.warnings, "note": self.notes}
        counts = [counted(len(findings), severity) for severity, findings in by_severity.items() if findings]
        explained = len(self.findings) - len(self.unexplained)
        more = f", {explained} explained" if explained else ""
        return (", ".join(counts) or "no findings") + more

    def _lines(self) -> list[str]:
        head = f"{self.id} {self.version}, {counted(self.n_items, 'item')}: {self.summary()}"
        return [head, *map(str, self.findings)]

    def __repr__(self) -> str:
        return f"<{'; '.join(self._lines())}>"

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        head = f"<p><b>{escape(self.title)}</b>: {escape(self.summary())}</p>"
        if not self.findings:
            return head
        names = ("item", "field", "severity", "rule", "message", "explained")
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(getattr(f, name) or '')}</td>" for name in names) + "</tr>"
            for f in self.findings
        )
        used = dict.fromkeys(f.rule for f in self.findings)
        reasons = "".join(
            f"<li><b>{rule}</b>: {escape(RULES[rule].why)} <small>{escape(RULES[rule].source)}</small></li>"
            for rule in used
        )
        titles = "".join(f"<th>{name}</th>" for name in names)
        table = f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"
        return f"{head}{table}<ul>{reasons}</ul>"
