"""How R scripts read a file of answers: each item by its own response scale, labels of groups as texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intimacy_scales.instrument import Instrument, ResponseScale
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.instrument.texts import normalized
from intimacy_scales.results.r_text import comment, r_string, r_strings, text_reading_lines

_NUMBERS = """# answers as numbers, NA where there is none; a value that is not allowed stops the script.
# range: lowest, highest and step; scores: what each of the points counts; missing: codes for no answer
numbers <- function(items, range = NULL, points = NULL, scores = points, missing = character()) {
  absent <- setdiff(items, names(answers))
  if (length(absent)) stop("the file has no column ", paste(absent, collapse = ", "))
  codes <- suppressWarnings(as.numeric(missing))
  for (item in items) {
    text <- tolower(trimws(answers[[item]]))
    x <- suppressWarnings(as.numeric(text))
    none <- text %in% c("", "na", "nan", missing) | x %in% codes[!is.na(codes)]
    allowed <- is.finite(x)
    if (length(range)) {
      place <- (x - range[1]) / range[3]
      allowed <- allowed & x >= range[1] & x <= range[2] & abs(place - round(place)) < 1e-6
    }
    if (length(points)) allowed <- x %in% points
    wrong <- unique(answers[[item]][!none & !allowed])
    if (length(wrong))
      stop(item, ": not an allowed answer: ", paste(wrong, collapse = "; "),
           if (any(grepl("^ *-?[0-9]*,[0-9]+ *$", wrong))) ". This is a decimal comma: write points"
           else ". Correct such values, or leave the cells empty")
    x[none] <- NA
    answers[[item]] <- if (length(points)) scores[match(x, points)] else x
  }
  answers
}"""

_LABELLED = """# labels of groups as intimacy-scales writes them: 1.0 in the file is 1, and TRUE is True
labelled <- function(texts, labels) {
  number <- function(x) suppressWarnings(as.numeric(x))
  place <- match(tolower(trimws(texts)), tolower(labels))
  by_number <- match(number(texts), number(labels), incomparables = NA)
  labels[ifelse(is.na(place), by_number, place)]
}"""


def answers_header(what: str, form: Instrument) -> list[str]:
    """Return the comments at the head of a script: what it computes, and which file it reads."""
    table = f"encode({form.id!r}, answers).to_frame()"
    scored = any(item.response_scale.scores for item in form.items)
    return comment(
        f"{what} of {form.ref.named} (digest {form.digest[:12]}), as intimacy-scales computes it",
        "The file has a column of numbers for each item, named as the item, with answers as they are stored.",
        f"Their scores are looked up here, so {table} is no such table: it has the scores."
        if scored
        else f"{table} is such a table.",
        "Codes for missing answers become NA, and reverse-keyed items are reversed, here.",
    )


def answers_lines(path: str, form: Instrument | None, variables: Sequence[str]) -> Iterator[str | list[str]]:
    """Yield the parts that read a file of answers, and make numbers of some of its columns.

    Parameters
    ----------
    path
        The file.
    form
        The instrument that was answered; None: the file holds other numbers.
    variables
        The columns that the script computes with.
    """
    yield text_reading_lines(path)
    yield _NUMBERS
    known = {} if form is None else {item.id: item.response_scale for item in form.items}
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(variables):
        alike.setdefault(_allowed(known[name]) if name in known else "", []).append(name)
    yield [f"answers <- numbers({r_strings(names)}{allowed})" for allowed, names in alike.items()]


def group_lines(column: str, labels: Sequence[str]) -> list[str]:
    """Return the lines that read the labels of groups; none without groups."""
    if not labels:
        return []
    name = r_string(column)
    return [_LABELLED, f"answers[[{name}]] <- labelled(answers[[{name}]], {r_strings(labels)})"]


def _allowed(response: ResponseScale) -> str:
    """Return the arguments of ``numbers`` with the answers that a response scale allows."""
    arguments = ""
    if response.scores or response.points:
        arguments += f",\n  points = {_vector(response.values)}"
        if response.scores:
            arguments += f",\n  scores = {_vector([response.score_of(value) for value in response.values])}"
    else:
        arguments += f", range = {_vector(response.range)}"
    codes = dict.fromkeys(map(_code, (*response.missing_codes, *response.not_applicable)))
    return arguments + (f", missing = {r_strings(codes)}" if codes else "")


def _vector(values: Sequence[int | float]) -> str:
    return f"c({', '.join(f'{value:.17g}' for value in values)})"


def _code(code: int | float | str) -> str:
    """Return a code for a missing answer as R compares it: a number in digits, or a text in lower case."""
    number = spelled(code) if isinstance(code, str) else code
    return normalized(str(code)) if number is None else f"{float(number):.17g}"
