# R's factor scores and their standard errors, from the simulated answers next to this file (see simulated.R).
# Run in this folder: Rscript factor_scores.R
# Writes factor-scores.json, which tests/factor/confirmatory/test_factor_scores.py reads: the first persons of each table.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
complete <- read.csv("simulated-complete.csv")
gaps <- read.csv("simulated-gaps.csv")
gaps[1, c("tru01", "tru04", "tru11")] <- NA  # one who answered nothing of a factor
wide <- "f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10"
general <- paste0("f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10\n h =~ car01 + car05 + car10\n",
                  "all =~ f + g + h")
halves <- cbind(complete, half = rep(c("a", "b"), each = nrow(complete) / 2))
fitted <- function(model, d, ...) cfa(model, d, control = list(rel.tol = 1e-10), ...)
rows <- function(matrix, n = 12) unname(as.matrix(matrix))[seq_len(min(n, nrow(matrix))), , drop = FALSE]
said <- function(fit, methods = c("regression", "Bartlett")) {
  found <- list()
  for (method in methods) {
    scores <- lavPredict(fit, method = method, se = "standard")
    errors <- attr(scores, "se")
    groups <- if (is.list(scores)) scores else list(scores)
    found[[tolower(method)]] <- list(scores = unname(lapply(groups, rows)), errors = unname(lapply(errors, rows)))
  }
  found
}
values <- list(
  complete = said(fitted(wide, complete)),
  gaps = said(fitted(wide, gaps, missing = "fiml")),
  groups = said(fitted(wide, halves, group = "half", group.equal = c("loadings", "intercepts"))),
  second_order = said(fitted(general, complete), "regression"),
  gls = said(fitted(wide, complete, estimator = "GLS")),
  uls = said(fitted(wide, complete, estimator = "ULS")),
  uls_groups = said(fitted(wide, halves, group = "half", group.equal = "loadings", estimator = "ULS")))
versions <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")))
write(toJSON(list(versions = versions, values = values), digits = 10, auto_unbox = TRUE, na = "null"),
      "factor-scores.json")
