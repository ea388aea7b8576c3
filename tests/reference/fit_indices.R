# R's CRMR and probabilities of close and not-close fit, from the simulated answers next to this file (see
# simulated.R). Run in this folder: Rscript fit_indices.R
# Writes fit-indices.json, which tests/factor/confirmatory/test_fit_indices.py reads.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
complete <- read.csv("simulated-complete.csv")
gaps <- read.csv("simulated-gaps.csv")
wide <- "f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10"
single <- "f =~ tru01 + tru04 + tru11 + com01 + com04 + com10"
halves <- cbind(complete, half = rep(c("a", "b"), each = nrow(complete) / 2))
fitted <- function(model, d, ...) cfa(model, d, control = list(rel.tol = 1e-10), ...)
said <- function(fit) {
  names <- c("srmr", "crmr", "rmsea.pvalue", "rmsea.notclose.pvalue")
  setNames(as.list(as.numeric(fitMeasures(fit, names))), c("srmr", "crmr", "close", "not_close"))
}
of_residuals <- function(fit) said(fit)[c("srmr", "crmr")]  # ULS is tested in another way here
values <- list(
  covariances = said(fitted(wide, complete)),
  means = said(fitted(wide, complete, meanstructure = TRUE)),
  gaps = said(fitted(wide, gaps, missing = "fiml")),
  groups = said(fitted(wide, halves, group = "half", group.equal = c("loadings", "intercepts"))),
  misfit = said(fitted(single, gaps, missing = "fiml")),
  gls = said(fitted(single, complete, estimator = "GLS")),
  gls_groups = said(fitted(wide, halves, group = "half", group.equal = "loadings", estimator = "GLS")),
  uls = of_residuals(fitted(single, complete, estimator = "ULS")),
  uls_groups = of_residuals(fitted(wide, halves, group = "half", group.equal = "loadings", estimator = "ULS")))
versions <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")))
write(toJSON(list(versions = versions, values = values), digits = 12, auto_unbox = TRUE, pretty = TRUE),
      "fit-indices.json")
