# R's scores on the factors of models with paths, and their standard errors, from the simulated answers next to this
# file (see simulated.R).
# Run in this folder: Rscript sem_factor_scores.R
# Writes sem-factor-scores.json, which tests/factor/confirmatory/test_sem_factor_scores.py reads: the first persons.
# R 4.2.2, lavaan 0.6-14.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
data <- lapply(list(complete = "simulated-complete.csv", gaps = "simulated-gaps.csv"), function(file) {
  d <- read.csv(file)
  d$half <- rep(c("a", "b"), each = nrow(d) / 2)
  d
})
latent <- "f =~ com01 + com04 + com10\ng =~ car01 + car05 + car10\ng ~ b*f + tru01\nf ~ a*tru01 + kno07\nint04 ~ d*g + tru01"
direct <- "f =~ com01 + com04 + com10\nf ~ tru01\ncom04 ~ tru01 + kno07\nf ~~ car01"
general <- "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10\nh =~ car01 + car05 + car10\nall =~ f + g + h\nall ~ int04"
between <- "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10\ng ~ f"
cases <- list(
  latent = list(latent, "complete"),
  latent_random = list(latent, "complete", fixed.x = FALSE),
  latent_gaps = list(latent, "gaps", missing = "ml", fixed.x = FALSE),
  latent_groups = list(latent, "complete", group = "half", group.equal = c("loadings", "intercepts")),
  direct = list(direct, "complete"),
  second_order = list(general, "complete"),
  between = list(between, "complete"))
values <- lapply(cases, function(case) {
  options <- case[-(1:2)]
  fit <- suppressWarnings(do.call("sem", c(list(case[[1]], data[[case[[2]]]], meanstructure = TRUE,
                                                control = list(rel.tol = 1e-10)), options)))
  rows <- function(matrix) unname(as.matrix(matrix))[seq_len(min(8, nrow(matrix))), , drop = FALSE]
  methods <- lapply(c(regression = "regression", bartlett = "Bartlett"), function(method) {
    scores <- try(lavPredict(fit, method = method, se = "standard"), silent = TRUE)
    if (inherits(scores, "try-error")) return(NULL)
    groups <- if (is.list(scores)) unclass(scores) else list(scores)
    list(scores = unname(lapply(groups, rows)), errors = unname(lapply(attr(scores, "se"), rows)))
  })
  # the expected values of factors given all observed variables, from implied moments
  expected <- if (is.null(options$group) && is.null(options$missing)) {
    all <- lavInspect(fit, "cov.all"); observed <- lavNames(fit, "ov"); latent <- lavNames(fit, "lv")
    weights <- all[latent, observed, drop = FALSE] %*% solve(all[observed, observed])
    deviations <- sweep(as.matrix(data[[case[[2]]]][, observed]), 2, unlist(lavInspect(fit, "mean.ov")))
    rows(sweep(deviations %*% t(weights), 2, unlist(lavInspect(fit, "mean.lv"))[latent], "+"))
  }
  list(model = case[[1]], expected = expected, data = case[[2]], options = options, scores = methods)
})
write(toJSON(list(values = values), digits = 10, auto_unbox = TRUE, na = "null"), "sem-factor-scores.json")
