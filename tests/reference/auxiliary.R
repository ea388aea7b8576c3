# R's values of models with auxiliary variables, from the simulated answers next to this file (see simulated.R).
# Run in this folder: Rscript auxiliary.R
# Writes auxiliary.json, which tests/factor/confirmatory/test_cfa_auxiliary.py reads. The baseline of the fit indices is that of semTools:
# items unrelated to each other, auxiliary variables related to each other and to every item.
suppressWarnings(suppressMessages({library(lavaan); library(semTools); library(jsonlite)}))
gaps <- read.csv("simulated-gaps.csv")
gaps$half <- rep(c("a", "b"), each = nrow(gaps) / 2)
# skips that depend on an auxiliary variable: missing at random only with it
gaps$tru01[!is.na(gaps$car01) & gaps$car01 > 5] <- NA
wide <- "f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10"
fitted <- function(...) suppressWarnings(cfa.auxiliary(wide, data = gaps, control = list(rel.tol = 1e-10), ...))
measures <- c("chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "rmsea", "srmr", "crmr", "logl",
              "unrestricted.logl", "npar", "aic", "bic")
said <- function(fit, aux, more = character(0)) {
  e <- parameterEstimates(fit)
  named <- paste(e$lhs, sub("~1", "~ 1", e$op), e$rhs)
  if ("group" %in% names(e)) named <- paste(named, e$group)
  of_auxiliary <- e$lhs %in% aux | e$rhs %in% aux
  of <- function(rows) setNames(lapply(which(rows), function(i) c(e$est[i], e$se[i])), trimws(named[rows]))
  list(fit = as.list(fitMeasures(fit, c(measures, more))), parameters = of(!of_auxiliary), auxiliary = of(of_auxiliary))
}
scaled <- c("chisq.scaled", "chisq.scaling.factor", "baseline.chisq.scaled", "baseline.chisq.scaling.factor",
            "cfi.scaled", "tli.scaled")
two <- c("car01", "car05")
values <- list(
  one = said(fitted(aux = "car01"), "car01"),
  two = said(fitted(aux = two), two),
  robust = said(fitted(aux = two, estimator = "MLR"), two, scaled),
  groups = said(fitted(aux = two, group = "half", group.equal = c("loadings", "intercepts", "residuals")), two))
steps <- list(configural = character(0), metric = "loadings", scalar = c("loadings", "intercepts"))
invariance <- lapply(c(ML = "ML", MLR = "MLR"), function(estimator) lapply(steps, function(equal) {
  fit <- if (length(equal)) fitted(aux = two, group = "half", group.equal = equal, estimator = estimator)
         else fitted(aux = two, group = "half", estimator = estimator)
  as.list(fitMeasures(fit, c("chisq", "df", "cfi", "rmsea", if (estimator == "MLR") "chisq.scaled")))
}))
versions <- list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")),
                 semTools = as.character(packageVersion("semTools")))
write(toJSON(list(versions = versions, values = values, invariance = invariance), digits = 10, auto_unbox = TRUE, na = "null"),
      "auxiliary.json")
