# R's robust CFI, TLI and RMSEA corrected for missing answers (Zhang & Savalei, 2023), from the simulated answers
# next to this file (see simulated.R): groups, clusters, paths, exogenous variables that are fixed or modelled.
# Run in this folder: Rscript missing_corrected.R
# Writes missing_corrected.json, which tests/factor/confirmatory/test_missing_corrected.py reads: R 4.2.2, lavaan 0.6-14.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
gaps <- read.csv("simulated-gaps.csv")
gaps$half <- rep(c("a", "b"), each = nrow(gaps) / 2)
gaps$pair <- rep(seq_len(nrow(gaps) / 2), each = 2)
two <- "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
general <- paste0(two, "\nh =~ car01 + car05 + car10\nall =~ f + g + h")
paths <- "f =~ com01 + com04 + com10\nf ~ tru01 + kno07\nint04 ~ f + tru01"
# covariances of modelled exogenous variables are written: else lavaan 0.6-14 leaves their moments out of the
# information of complete answers, as if fixed.x = TRUE
related <- "\ntru01 ~~ kno07"
few <- "tru04 ~ a*tru01 + kno07\ncom01 ~ b*tru04 + car01\na == 2*b"
cases <- list(
  two = list(two),
  misfitting = list("f =~ tru01 + tru04 + com01 + com04 + kno07 + int04"),
  second_order = list(general),
  groups = list(two, group = "half", group.equal = c("loadings", "intercepts")),
  clusters = list(two, cluster = "pair"),
  paths = list(paths),
  paths_random = list(paste0(paths, related), fixed.x = FALSE),
  paths_groups = list(paths, group = "half"),
  linear = list(few),
  linear_random = list(paste0(few, related, "\ntru01 ~~ car01\nkno07 ~~ car01"), fixed.x = FALSE))
figures <- c("cfi.robust", "tli.robust", "rmsea.robust", "rmsea.ci.lower.robust", "rmsea.ci.upper.robust")
r <- function(x) signif(x, 9)
values <- lapply(cases, function(case) {
  fit <- suppressWarnings(do.call("sem", c(list(case[[1]], gaps, missing = "ml", estimator = "MLR",
                                                control = list(rel.tol = 1e-10, iter.max = 5000)), case[-1])))
  if (!lavInspect(fit, "converged")) stop(case[[1]])
  parts <- lavaan:::lav_fit_fiml_corrected(fit, version = "V3")
  list(model = case[[1]], options = case[-1], fit = as.list(r(fitMeasures(fit, figures))),
       chi_square = r(parts$XX3), scaling_factor = r(parts$c.hat3), baseline_chi_square = r(parts$XX3.null),
       baseline_scaling_factor = r(parts$c.hat3.null), df = parts$df3)
})
write_json(list(values = values), "missing_corrected.json", auto_unbox = TRUE, digits = NA, na = "null")
