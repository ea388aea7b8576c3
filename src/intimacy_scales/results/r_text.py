"""R code as text: names, strings and vectors, and how a script reads answers and prints figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, count

_SYNTACTIC = re.compile(r"(?:[^\W\d_]|\.(?!\d))[\w.]*")
_NOT_NAMES = """if else repeat while function for next break in TRUE FALSE NULL Inf NaN
NA NA_integer_ NA_real_ NA_complex_ NA_character_"""
_RESERVED = frozenset(_NOT_NAMES.split())

SAY = """# prints figures under the names that intimacy-scales gives them, then those of R's package
say <- function(name, value, theirs = "")
  cat(sprintf("%s\\t%.12g%s\\n", name, as.numeric(value), ifelse(theirs == "", "", paste0("\\t# ", theirs))),
      sep = "")"""

AS_NUMBERS = """# stops where a column holds texts, such as numbers with decimal commas
as_numbers <- function(table, columns = names(table)) {
  absent <- setdiff(columns, names(table))
  if (length(absent)) stop("the file has no column ", paste(absent, collapse = ", "))
  for (column in columns) {
    given <- table[[column]][!is.na(table[[column]])]
    wrong <- unique(given[is.na(suppressWarnings(as.numeric(given)))])
    comma <- any(grepl("^ *-?[0-9]*,[0-9]+ *$", wrong))
    if (length(wrong))
      stop(column, ": not a number: ", paste(head(wrong, 3), collapse = "; "), if (comma)
        ". This is a decimal comma: write points, or read the file by read.csv2")
    table[[column]] <- as.numeric(table[[column]])
  }
  table
}"""

KEYED = """# items of a scale; reverse-keyed ones are (lowest + highest possible answer) - answer
keyed <- function(items, ends = numeric()) {
  x <- answers[items]
  for (item in names(ends)) x[[item]] <- ends[[item]] - x[[item]]
  x
}"""


def r_string(text: str) -> str:
    r"""Return a text as a string of R.

    Examples
    --------
    >>> print(r_string('C:\\data "1".csv'))
    "C:\\data \"1\".csv"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def r_strings(texts: Iterable[str]) -> str:
    """Return texts as a vector of strings.

    Examples
    --------
    >>> print(r_strings(["a", "b"]), r_strings(["a"]))
    c("a", "b") c("a")
    """
    return f"c({', '.join(map(r_string, texts))})"


def r_numbers(values: Mapping[str, float]) -> str:
    """Return numbers as a vector with names.

    Examples
    --------
    >>> print(r_numbers({"tru09": 8.0, "item-2": 0.5}))
    c(tru09 = 8, `item-2` = 0.5)
    """
    return f"c({', '.join(f'{r_argument(name)} = {value:.17g}' for name, value in values.items())})"


def r_argument(name: str) -> str:
    """Return a name as that of an argument, in backticks if R needs them."""
    return name if _is_variable(name) else f"`{name}`"


def r_variable(name: str) -> str:
    """Return a name that models of lavaan accept.

    Examples
    --------
    >>> r_variable("tru09"), r_variable("check-ins"), r_variable("1st")
    ('tru09', 'check_ins', 'x1st')
    """
    if _is_variable(name):
        return name
    plain = re.sub(r"[^\w.]", "_", name)
    if plain in _RESERVED:
        return f"x_{plain}"
    return plain if _SYNTACTIC.fullmatch(plain) else f"x{plain}"


def _is_variable(name: str) -> bool:
    return _SYNTACTIC.fullmatch(name) is not None and name not in _RESERVED


def r_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a name that models of lavaan accept for each name, no two alike and none of those taken.

    Examples
    --------
    >>> r_names(["h-3", "h_3", "if"])
    {'h-3': 'h_3_2', 'h_3': 'h_3', 'if': 'x_if'}
    """
    wanted = list(dict.fromkeys(names))
    used = set(taken)
    kept = {name for name in wanted if _is_variable(name) and name not in used}
    used |= kept
    renamed = {}
    for name in wanted:
        plain = r_variable(name)
        numbered = (f"{plain}_{number}" for number in count(2))
        unused = (new for new in chain([plain], numbered) if new not in used)
        renamed[name] = name if name in kept else next(unused)
        used.add(renamed[name])
    return renamed


def renamed_text(text: str, names: Mapping[str, str]) -> str:
    """Return the text of a model with other names, all replaced at once.

    Examples
    --------
    >>> renamed_text("s =~ h-3 + h_3 + x.h-3", {"h-3": "h_3_2", "h_3": "h_3"})
    's =~ h_3_2 + h_3 + x.h-3'
    """
    changed = sorted((name for name, new in names.items() if name != new), key=len, reverse=True)
    if not changed:
        return text
    pattern = rf"(?<![\w.])(?:{'|'.join(map(re.escape, changed))})(?![\w.])"
    return re.sub(pattern, lambda match: names[match[0]], text)


def reading_lines(path: str, table: str = "answers") -> list[str]:
    """Return the lines that read a table with a column of numbers for each variable.

    ``UTF-8-BOM`` skips the mark with which Excel begins files; files without it are read too.
    """
    return [f'{table} <- read.csv({r_string(path)}, check.names = FALSE, fileEncoding = "UTF-8-BOM")']


def text_reading_lines(path: str) -> list[str]:
    """Return the lines that read a table as texts, so that R takes no label for a number or a truth value."""
    return [
        f'answers <- read.csv({r_string(path)}, check.names = FALSE, colClasses = "character",',
        '                    na.strings = character(), fileEncoding = "UTF-8-BOM")',
    ]


def packages_line(*packages: str) -> str:
    """Return the line that loads packages without their messages."""
    calls = "; ".join(f"library({package})" for package in packages)
    return f"suppressPackageStartupMessages({{{calls}}})"


def comment(*texts: str) -> list[str]:
    """Return texts as comments."""
    return [f"# {line}" for text in texts for line in text.splitlines()]


def script(*parts: str | Sequence[str]) -> str:
    """Return the text of a script, with a blank line between its parts."""
    blocks = [part if isinstance(part, str) else "\n".join(part) for part in parts if part]
    return "\n\n".join(blocks) + "\n"
