"""The R scripts of intraclass correlations and of retest reliability: psych::ICC and base R."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intimacy_scales.results.r_text import (
    AS_NUMBERS,
    SAY,
    comment,
    packages_line,
    r_string,
    r_strings,
    reading_lines,
    script,
)

if TYPE_CHECKING:
    from intimacy_scales.reliability.agreement.icc_result import IntraclassCorrelations
    from intimacy_scales.reliability.agreement.retest import RetestReliability


def icc_script(result: IntraclassCorrelations, path: str) -> str:
    """Return the script of the six forms."""
    by_lme4 = result.method == "reml"
    how = "TRUE" if by_lme4 else "FALSE"
    note = (
        ["lme4 stops slightly before the optimum, so that R's figures differ from the fourth digit on"]
        if by_lme4
        else []
    )
    names = r_strings([form.name for form in result.forms])
    return script(
        comment(
            "Intraclass correlations, as intimacy-scales computes them",
            "The file has a row for each person and a column for each rater.",
            *note,
        ),
        packages_line("psych"),
        reading_lines(path),
        AS_NUMBERS,
        SAY,
        [
            f"x <- as_numbers(answers, {r_strings(result.raters)})[{r_strings(result.raters)}]",
            f"icc <- suppressMessages(suppressWarnings(psych::ICC(x, lmer = {how})))$results",
            f"names <- {names}  # of psych: ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k",
            'say(paste0(names, ".estimate"), icc$ICC)',
            *(
                []
                if by_lme4
                else ['say(paste0(names, ".F"), icc$F)', 'say(paste0(names, ".p_value"), icc$p)']
            ),
            *comment(
                "Intervals of ICC(2,1) and ICC(2,k) are left out: psych has those of Shrout and Fleiss."
            ),
        ],
    )


def retest_script(result: RetestReliability, path: str, before: str, after: str) -> str:
    """Return the script of retest reliability."""
    columns = r_strings([before, after])
    return script(
        comment(
            "Retest reliability, as intimacy-scales computes it",
            "The file has a row for each person, with the scores of both occasions.",
            f"{result.n_left_out} persons without both scores are left out." if result.n_left_out else "",
        ),
        packages_line("psych"),
        reading_lines(path),
        AS_NUMBERS,
        SAY,
        [
            f"x <- na.omit(as_numbers(answers, {columns})[{columns}])",
            f"before <- x[[{r_string(before)}]]",
            f"after <- x[[{r_string(after)}]]",
            'say("n", nrow(x))',
            'say("r", cor(before, after))',
            'say("r_p_value", cor.test(before, after)$p.value)',
            "icc <- suppressMessages(suppressWarnings(psych::ICC(x, lmer = FALSE)))$results",
            'say("agreement", icc$ICC[2])',
            'say("consistency", icc$ICC[3])',
            "test <- t.test(after, before, paired = TRUE)",
            'say("mean_change", test$estimate)',
            'say("t", test$statistic)',
            'say("df", test$parameter)',
            'say("p_value", test$p.value)',
            'say("sem", sd(after - before) / sqrt(2))',
        ],
    )
