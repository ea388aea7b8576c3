"""The catalogue of shipped instruments, and what each of them measures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import overload

from intimacy_scales.errors import UnknownInstrumentError
from intimacy_scales.instrument.languages import shipped_translations
from intimacy_scales.instrument.loading import load_shipped, shipped_ids
from intimacy_scales.instrument.translation import STATUSES, TranslationStatus
from intimacy_scales.messages import counted, nearest

SIX = ("trust", "knowledge", "mutuality", "commitment", "caring", "interdependence")

# id → what it covers, in the order of the catalogue
CONSTRUCTS = {
    "trust": "security and assurance with the partner",
    "knowledge": "knowing one another's days, feelings and inner life",
    "mutuality": "give and take that both find worth it",
    "commitment": "dedication to the relationship lasting",
    "caring": "meeting one another's needs",
    "interdependence": "relying on one another",
    "intimacy": "closeness as a whole",
    "attachment": "security with those one is close to (high = more insecurity)",
    "foundations": "what closeness grows on: empathy, authenticity, openness",
    "satisfaction": "contentment with the relationship",
    "barriers": "what stands in the way of closeness (high = more barrier)",
    "practices": "what couples do to stay close, and how often",
    "resilience": "getting through strain together",
    "closeness-kinds": "emotional and physical closeness apart",
    "wellbeing": "loneliness, worry, stress and general distress (high = more strain)",
}
_HEAD, _TEXT = '<th style="text-align:left">{}</th>', '<td style="text-align:left">{}</td>'
_ALL_SIX, _SEVERAL = "all six", "several"
_GROUPS = {_ALL_SIX: "the components of intimacy together", _SEVERAL: "most of them at once"}
_MANY = 4  # constructs, from which on an instrument measures "several"
_FEW = 24  # instruments, of which each is shown in a line
_WIDTH = 79  # characters
MARKS = "~ draft, * key not confirmed by a second source;"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One line of the catalogue.

    Attributes
    ----------
    id, version, title, language, status, confidence
        As in the instrument; ``status`` and ``confidence`` are those of its evidence.
    constructs
        The constructs that it measures.
    n_items
        Number of items.
    scales
        Ids of its scales.
    permission
        Its licence, or a word for what is known about permission to use it.
    directions
        What high scores mean, where they do not mean more closeness.
    translations
        ``(language, status)`` of each translation.

    Examples
    --------
    >>> entry = next(entry for entry in available() if entry.id == "scii-24")
    >>> entry.n_items, entry.status, entry.measures_all_six
    (24, 'draft', True)
    """

    id: str
    version: str
    title: str
    language: str
    status: str
    confidence: str | None
    constructs: tuple[str, ...]
    n_items: int
    scales: tuple[str, ...]
    permission: str
    directions: tuple[str, ...] = ()
    translations: tuple[tuple[str, TranslationStatus], ...] = ()

    @property
    def heading(self) -> str:
        """Title, followed by what high scores mean where the title does not say so."""
        added = [text for text in self.directions if text not in self.title]
        return f"{self.title} ({', '.join(added)})" if added and "(high" not in self.title else self.title

    @property
    def measures_all_six(self) -> bool:
        """Whether it measures all six components of intimacy."""
        return set(SIX) <= set(self.constructs)

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags of the languages in which `load` returns it, the original one first."""
        return (self.language, *(language for language, _ in self.translations))

    @property
    def mark(self) -> str:
        """A sign after the id: ``~`` of a draft, ``*`` of a key that no second source confirmed."""
        if self.status == "draft":
            return "~"
        return "" if self.confidence in (None, "verified") else "*"

    def line(self, width: int, standing: int) -> str:
        """Return the id, the number of items, the status and the title, in columns of these widths."""
        plural = " " if self.n_items == 1 else "s"
        count = f"{self.n_items:>3} item{plural}"
        return f"{self.id:<{width}}  {count}  {self.standing():<{standing}}  {self.heading}"

    def standing(self) -> str:
        """Return the evidence status, with the confidence in a published key that is not verified."""
        unsure = self.confidence not in (None, "verified")
        return f"{self.status}, key {self.confidence}" if unsure else self.status


def in_languages(entries: Iterable[CatalogueEntry]) -> list[str]:
    """Return a line for the languages with the same instruments in translations of the same status."""
    translated: dict[tuple[str, TranslationStatus], list[str]] = {}
    for entry in entries:
        for translation in entry.translations:
            translated.setdefault(translation, []).append(entry.id)
    languages: dict[tuple[TranslationStatus, str], list[str]] = {}
    for (language, status), ids in sorted(translated.items()):
        languages.setdefault((status, ", ".join(ids)), []).append(language)
    return [f"{', '.join(tags)} ({STATUSES[status]}): {ids}" for (status, ids), tags in languages.items()]


class Catalogue(Sequence[CatalogueEntry]):
    """The shipped instruments, in order; ``"scii-24" in available()`` tests whether an id is among them."""

    def __init__(self, entries: Sequence[CatalogueEntry]) -> None:
        self._entries = tuple(entries)

    @overload
    def __getitem__(self, index: int) -> CatalogueEntry: ...
    @overload
    def __getitem__(self, index: slice) -> Catalogue: ...
    def __getitem__(self, index: int | slice) -> CatalogueEntry | Catalogue:
        return Catalogue(self._entries[index]) if isinstance(index, slice) else self._entries[index]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[CatalogueEntry]:
        return iter(self._entries)

    def __contains__(self, value: object) -> bool:
        return any(value in (entry, entry.id) for entry in self._entries)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids that `load` accepts."""
        return tuple(entry.id for entry in self._entries)

    def measuring(self, construct: str) -> Catalogue:
        """Return the instruments that measure a construct, or have a scale of that name.

        Those that measure the fewest constructs come first.

        Raises
        ------
        UnknownInstrumentError
            No instrument measures the construct; similar names are suggested.

        Examples
        --------
        >>> "dts" in available().measuring("trust")
        True
        """
        construct = construct.casefold()
        entries = [entry for entry in self._entries if construct in (*entry.constructs, *entry.scales)]
        if not entries:
            named = (name for entry in self._entries for name in (*entry.constructs, *entry.scales))
            known = list(dict.fromkeys(name for name in named if name != "total"))
            near = nearest(construct, known, most=3, alike=0.5)
            near_or_all = " or ".join(map(repr, near)) if near else ", ".join(CONSTRUCTS)
            hint = f"did you mean {near_or_all}?" if near else f"allowed: {near_or_all}"
            raise UnknownInstrumentError(f"no instrument of the catalogue measures {construct!r}; {hint}")
        return Catalogue(sorted(entries, key=lambda entry: len(entry.constructs)))

    def by_construct(self) -> Mapping[str, Catalogue]:
        """Return the instruments of each construct; those of all six components form a group of their own.

        An instrument that measures several constructs is in several groups.
        """
        all_six = [entry for entry in self._entries if entry.measures_all_six]
        rest = [entry for entry in self._entries if not entry.measures_all_six]
        named = dict.fromkeys([*CONSTRUCTS, *(name for entry in rest for name in entry.constructs)])
        groups = {name: [entry for entry in rest if name in entry.constructs] for name in named}
        groups = {_ALL_SIX: all_six} | groups | {"other": [entry for entry in rest if not entry.constructs]}
        return {
            name: Catalogue(sorted(entries, key=lambda entry: len(entry.constructs)))
            for name, entries in groups.items()
            if entries
        }

    def search(self, words: str) -> Catalogue:
        """Return the instruments with all of these words in their id, title, constructs or scales.

        Raises
        ------
        UnknownInstrumentError
            There is none.

        Examples
        --------
        >>> available().search("love scale").ids
        ('pls-15', 'tls-15', 'tls-45')
        """
        wanted = words.casefold().split()
        entries = [entry for entry in self._entries if all(word in _searched(entry) for word in wanted)]
        if not entries:
            raise UnknownInstrumentError(
                f"no instrument of the catalogue has {words!r} in its id, title, constructs or scales; try "
                "fewer words, or a construct: " + ", ".join(CONSTRUCTS)
            )
        return Catalogue(entries)

    def overview(self) -> dict[str, Catalogue]:
        """Return the instruments by what they measure first, each in one group.

        Those of at least four constructs, but not all six components, are in a group of their own.
        """
        groups: dict[str, list[CatalogueEntry]] = {name: [] for name in (_ALL_SIX, _SEVERAL, *CONSTRUCTS)}
        for entry in self._entries:
            groups.setdefault(_home(entry), []).append(entry)
        return {name: Catalogue(entries) for name, entries in groups.items() if entries}

    def full(self) -> str:
        """Return a line for each instrument under everything that it measures, and its translations."""
        width = max(map(len, self.ids), default=0)
        standing = max((len(entry.standing()) for entry in self._entries), default=0)
        lines = []
        for construct, entries in self.by_construct().items():
            lines.append(construct_title(construct))
            lines += [f"  {entry.line(width, standing)}" for entry in entries]
        if translated := in_languages(self._entries):
            lines += ["in other languages", *(f"  {line}" for line in translated)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        if len(self) <= _FEW:
            width = max(map(len, self.ids), default=0)
            standing = max((len(entry.standing()) for entry in self._entries), default=0)
            return "\n".join(entry.line(width, standing) for entry in self._entries) or "no instruments"
        lines = [f"{counted(len(self), 'instrument')}, each under what it measures first"]
        for group, entries in self.overview().items():
            ids = " ".join(f"{entry.id}{entry.mark}" for entry in entries)
            lines += wrap(ids, _WIDTH, initial_indent=f"{group:<16} ", subsequent_indent=" " * 17,
                          break_on_hyphens=False)  # fmt: skip
        lines += [f"{'in':<16} {line}" for line in in_languages(self._entries)]
        return "\n".join([*lines, f"{MARKS} .search('words'), .measuring('trust'), .full()"])

    def _repr_html_(self) -> str:
        names = ("id", "items", "status", "permission", "title")
        head = "".join(_HEAD.format(name) for name in names)
        rows = []
        for construct, entries in self.overview().items():
            title = escape(construct_title(construct))
            rows.append(f'<tr><th colspan="{len(names)}" style="text-align:left">{title}</th></tr>')
            rows += [
                f"<tr>{_TEXT.format(f'<code>{escape(e.id)}</code>')}<td>{e.n_items}</td>"
                + "".join(_TEXT.format(escape(text)) for text in (e.standing(), e.permission, e.heading))
                + "</tr>"
                for e in entries
            ]
        for line in in_languages(self._entries):
            rows.append(f'<tr><td colspan="{len(names)}" style="text-align:left">{escape(line)}</td></tr>')
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _searched(entry: CatalogueEntry) -> str:
    """Return the text of an entry that is searched."""
    return " ".join([entry.id, entry.heading, *entry.constructs, *entry.scales]).casefold()


def _home(entry: CatalogueEntry) -> str:
    """Return the group of the overview that an instrument is in."""
    if entry.measures_all_six:
        return _ALL_SIX
    if len(entry.constructs) >= _MANY:
        return _SEVERAL
    return entry.constructs[0] if entry.constructs else "other"


def construct_title(construct: str) -> str:
    """Return a construct's name, followed by what it covers."""
    covers = CONSTRUCTS.get(construct) or _GROUPS.get(construct)
    return f"{construct}: {covers}" if covers else construct


def _entry(name: str) -> CatalogueEntry:
    form = load_shipped(name)
    return CatalogueEntry(
        id=form.id,
        version=form.version,
        title=form.title,
        language=form.language,
        status=form.evidence.status,
        confidence=form.evidence.confidence,
        constructs=form.constructs,
        n_items=len(form.items),
        scales=form.scale_ids,
        permission="not stated" if form.license is None else form.license.name,
        directions=tuple(form.ref.directions()),
        translations=tuple((tag, file.status) for tag, file in shipped_translations(name).items()),
    )


def available(construct: str | None = None) -> Catalogue:
    """Return the catalogue of shipped instruments, which prints them by construct.

    Parameters
    ----------
    construct
        Only those that measure it, as by `Catalogue.measuring`.

    Examples
    --------
    >>> "scii-24" in available()
    True
    >>> [entry.id for entry in available().measuring("barriers")]
    ['barriers', 'barriers-partner']
    """
    catalogue = Catalogue([_entry(name) for name in shipped_ids()])
    return catalogue if construct is None else catalogue.measuring(construct)
