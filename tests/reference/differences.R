# R's scaled differences of nested models, from the simulated answers next to this file (see simulated.R).
# Run in this folder: Rscript differences.R
# Values in tests/factor/confirmatory/test_compare_models.py: R 4.2.2, lavaan 0.6-14.
suppressWarnings(suppressMessages(library(lavaan)))
options(digits = 12)
complete <- read.csv("simulated-complete.csv")
gaps <- read.csv("simulated-gaps.csv")
wide <- "f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10"
equal <- "f =~ tru01 + a*tru04 + a*tru11\n g =~ com01 + com04 + com10"
apart <- paste0(wide, "\n f ~~ 0*g")
fitted <- function(model, d, ...) cfa(model, d, control = list(rel.tol = 1e-10), ...)
said <- function(title, wider, narrower, how = "exact") {
  for (method in c("satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000")) {
    found <- suppressWarnings(lavTestLRT(wider, narrower, method = method, A.method = how, scaled.shifted = FALSE))
    cat(title, method, found[2, "Chisq diff"], found[2, "Pr(>Chisq)"], "\n")
  }
}
for (estimator in c("MLR", "MLM")) {
  one <- fitted(wide, complete, estimator = estimator)
  said(paste(estimator, "equal loadings"), one, fitted(equal, complete, estimator = estimator))
  said(paste(estimator, "unrelated"), one, fitted(apart, complete, estimator = estimator))
}
complete$half <- rep(c("a", "b"), each = nrow(complete) / 2)
for (estimator in c("MLR", "MLM")) {
  steps <- list(character(0), "loadings", c("loadings", "intercepts"))
  fits <- lapply(steps, function(equal) {
    if (length(equal) == 0) return(fitted(wide, complete, estimator = estimator, group = "half"))
    fitted(wide, complete, estimator = estimator, group = "half", group.equal = equal)
  })
  said(paste(estimator, "groups, metric"), fits[[1]], fits[[2]])
  # with means of factors free in the narrower model only, "exact" is of another restriction
  said(paste(estimator, "groups, scalar"), fits[[2]], fits[[3]], "delta")
}
# satorra.2000 with gaps: not a test that holds its level (the factor falls to .49 on normal answers with
# a quarter missing); the tests write the definition out instead
said("gaps", fitted(wide, gaps, estimator = "MLR", missing = "fiml"),
     fitted(equal, gaps, estimator = "MLR", missing = "fiml"))
