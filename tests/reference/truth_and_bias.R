# R's values of truth and bias models by full information, from the simulated answers with gaps next to this file
# (see simulated.R), whose items stand for judgements (J) and own reports (S) of partners 1 and 2.
# Run in this folder: Rscript truth_and_bias.R
# Writes truth_and_bias.json: R 4.2.2, lavaan 0.6-14, jsonlite 1.8.4.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
d <- read.csv("simulated-gaps.csv")
d <- data.frame(J1 = d$tru01, J2 = d$tru04, S1 = d$com01, S2 = d$com04)
centre <- mean(c(d$S1, d$S2), na.rm = TRUE)
d <- d - centre
roles <- "J1 ~ db1*1 + t1*S2 + b1*S1\nJ2 ~ db2*1 + t2*S1 + b2*S2\nJ1 ~~ J2\nS1 ~~ S2\nS1 ~ 1\nS2 ~ 1\ndb_diff := db1 - db2\nt_diff := t1 - t2\nb_diff := b1 - b2"
equal <- "J1 ~ db*1 + t*S2 + b*S1\nJ2 ~ db*1 + t*S1 + b*S2\nJ1 ~~ J2\nS1 ~~ S2\nJ1 ~~ v*J1\nJ2 ~~ v*J2"
free <- paste0(equal, "\nS1 ~ 1\nS2 ~ 1")
alike <- paste0(equal, "\nS1 ~ m*1\nS2 ~ m*1\nS1 ~~ w*S1\nS2 ~~ w*S2")
fit <- function(model, estimator) sem(model, data = d, fixed.x = FALSE, meanstructure = TRUE, missing = "fiml", estimator = estimator)
paths <- function(model, estimator) {
  p <- parameterEstimates(fit(model, estimator))
  p <- unique(p[grepl("^(db|t|b)", p$label), c("label", "est", "se")])
  p[!duplicated(p$label), ]
}
out <- list(centre = centre)
for (e in c("ML", "MLR")) out[[e]] <- list(roles = paths(roles, e), alike = paths(alike, e))
out$chisq <- 2 * as.numeric(logLik(fit(roles, "ML")) - logLik(fit(free, "ML")))
write(toJSON(out, digits = 10, auto_unbox = TRUE, dataframe = "columns"), "truth_and_bias.json")
