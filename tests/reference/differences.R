# R's scaled differences of nested models, from the simulated answers beside this file (see simulated.R).
# Run in this folder: Rscript differences.R
# Values in tests/test_difference_tests.py: R 4.2.2, lavaan 0.6-14.
suppressWarnings(suppressMessages(library(lavaan)))
options(digits = 12)
complete <- read.csv("simulated-complete.csv")
gaps <- read.csv("simulated-gaps.csv")
wide <- "f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10"
equal <- "f =~ tru01 + a*tru04 + a*tru11\n g =~ com01 + com04 + com10"
apart <- paste0(wide, "\n f ~~ 0*g")
fitted <- function(model, d, ...) cfa(model, d, control = list(rel.tol = 1e-10), ...)
said <- function(title, wider, narrower) {
  for (method in c("satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000")) {
    found <- suppressWarnings(lavTestLRT(wider, narrower, method = method, A.method = "exact"))
    cat(title, method, found[2, "Chisq diff"], found[2, "Pr(>Chisq)"], "\n")
  }
}
for (estimator in c("MLR", "MLM")) {
  one <- fitted(wide, complete, estimator = estimator)
  said(paste(estimator, "equal loadings"), one, fitted(equal, complete, estimator = estimator))
  said(paste(estimator, "unrelated"), one, fitted(apart, complete, estimator = estimator))
}
complete$half <- rep(c("a", "b"), each = nrow(complete) / 2)
said("groups, metric", fitted(wide, complete, estimator = "MLR", group = "half"),
     fitted(wide, complete, estimator = "MLR", group = "half", group.equal = "loadings"))
said("gaps", fitted(wide, gaps, estimator = "MLR", missing = "fiml"),
     fitted(equal, gaps, estimator = "MLR", missing = "fiml"))
