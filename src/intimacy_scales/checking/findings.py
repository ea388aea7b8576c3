"""What the linter finds."""

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
    """Where a rule is broken, before severity and explanations are looked up.

    Attributes
    ----------
    rule
        The rule's id.
    message
        What was found.
    item, field
        Where; None: the whole.
    severity
        Where it differs from the rule's.
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
        ``error``: must be changed; ``warning``: probably; ``note``: think about it.
    message
        What was found, and what to do.
    why
        Why the rule matters.
    source
        Who has shown or argued it.
    explained
        The author's reason for leaving it, or None.
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
        """Return the fields."""
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
        About the whole first, then by item in order; explained ones too.
    """

    kind: str
    id: str
    version: str
    title: str
    n_items: int
    findings: tuple[Finding, ...]

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be changed."""
        return self._of("error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What should probably be changed."""
        return self._of("warning")

    @property
    def notes(self) -> tuple[Finding, ...]:
        """What to think about."""
        return self._of("note")

    @property
    def unexplained(self) -> tuple[Finding, ...]:
        """Findings that the author has not explained."""
        return tuple(finding for finding in self.findings if finding.explained is None)

    def passed(self, *, strict: bool = False) -> bool:
        """Whether nothing stands unexplained: no error, and with ``strict`` no warning either."""
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
        """Say in one line what was found."""
        counts = {"error": self.errors, "warning": self.warnings, "note": self.notes}
        told = [counted(len(found), kind) for kind, found in counts.items() if found]
        explained = len(self.findings) - len(self.unexplained)
        more = f", {explained} explained" if explained else ""
        return (", ".join(told) or "no findings") + more

    def __repr__(self) -> str:
        lines = [f"{self.id} {self.version}, {counted(self.n_items, 'item')}: {self.summary()}"]
        return f"<{'; '.join([*lines, *map(str, self.findings)])}>"

    def __str__(self) -> str:
        first = f"{self.id} {self.version}, {counted(self.n_items, 'item')}: {self.summary()}"
        return "\n".join([first, *map(str, self.findings)])

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
