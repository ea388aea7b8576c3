# R's values of models with paths, from the simulated answers next to this file (see simulated.R): groups,
# clusters, fixed_x, predictors that are missing, linear constraints, figures that are defined.
# Run in this folder: Rscript sem.R
# Writes sem_values.json: R 4.2.2, lavaan 0.6-14, jsonlite 1.8.4.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
complete <- read.csv("simulated-complete.csv")
gaps <- read.csv("simulated-gaps.csv")
data <- lapply(list(complete = complete, gaps = gaps), function(d) {
  d$half <- rep(c("a", "b"), each = nrow(d) / 2)
  d$pair <- rep(seq_len(nrow(d) / 2), each = 2)
  d
})

mediation <- "tru04 ~ a*tru01 + kno07\ncom01 ~ b*tru04 + c*tru01 + car01\nindirect := a*b\ntotal := indirect + c\nshare := indirect/total\nodd := sqrt(exp(a) - b^2)/(-2*log(c^2))"
latent <- "f =~ com01 + com04 + com10\ng =~ car01 + car05 + car10\ng ~ b*f + tru01\nf ~ a*tru01 + kno07\nint04 ~ d*g + tru01\nab := a*b\nabd := ab*d"
halves <- "f =~ com01 + com04 + com10\nf ~ c(a1, a2)*tru01 + kno07\nint04 ~ f + tru01\nint04 ~ 1\napart := a1 - a2"
direct <- "f =~ com01 + com04 + com10\nf ~ tru01\ncom04 ~ tru01 + kno07\nf ~~ car01"
circle <- "tru01 ~ m1*com01 + tru04\ncom01 ~ m2*tru01 + com04\ntru04 ~~ com04\ntru01 ~~ 0*com01"
linear <- "tru04 ~ a*tru01 + b*kno07 + c*com10\ncom01 ~ d*tru04 + e*tru01\na == 2*b + c\nd + e == 0.5\nk := a/b"
labels <- "f =~ com01 + l*com04 + l*com10\ntru01 ~ p*f + q*kno07\nint04 ~ p*f + r*kno07\nq == r"
across <- "tru04 ~ c(a, d)*tru01 + kno07\ncom01 ~ c(b, e)*tru04 + tru01 + car01\na + d == 0.9\nb == 2*e\nk := a*b - d*e"
partners <- paste("X1 =~ tru01 + tru04 + tru11\nX2 =~ kno02 + kno07 + kno10\nY1 =~ com01 + com04 + com10",
                  "Y2 =~ car01 + car05 + car10\nY1 ~ a1*X1 + p1*X2\nY2 ~ a2*X2 + p2*X1\ntru01 ~~ kno02",
                  "com01 ~~ car01\nk1 := p1/a1\nk2 := p2/a2\nsame := a1 - a2", sep = "\n")
spoken <- "tru04 ~ tru01 + kno07\ncom01 ~ tru04 + car01\ntru01 ~~ kno07\ncar01 ~ 1"

cases <- list(
  mediation_ml = list(mediation, "complete"),
  mediation_random = list(mediation, "complete", fixed.x = FALSE),
  mediation_mlr = list(mediation, "complete", estimator = "MLR"),
  mediation_mlr_random = list(mediation, "complete", estimator = "MLR", fixed.x = FALSE),
  mediation_mlm_random = list(mediation, "complete", estimator = "MLM", fixed.x = FALSE),
  mediation_clusters = list(mediation, "complete", estimator = "MLR", cluster = "pair"),
  mediation_gaps = list(mediation, "gaps", missing = "ml"),
  mediation_gaps_random = list(mediation, "gaps", missing = "ml", fixed.x = FALSE),
  mediation_gaps_mlr = list(mediation, "gaps", missing = "ml", estimator = "MLR"),
  mediation_gaps_mlr_random = list(mediation, "gaps", missing = "ml", estimator = "MLR", fixed.x = FALSE),
  mediation_gaps_expected = list(mediation, "gaps", missing = "ml", information = "expected"),
  mediation_gaps_clusters = list(mediation, "gaps", missing = "ml", estimator = "MLR", cluster = "pair"),
  mediation_gaps_clusters_random = list(mediation, "gaps", missing = "ml", estimator = "MLR", cluster = "pair", fixed.x = FALSE),
  latent_ml = list(latent, "complete"),
  latent_mlr = list(latent, "complete", estimator = "MLR"),
  latent_gaps = list(latent, "gaps", missing = "ml", estimator = "MLR"),
  latent_unit_variances = list(latent, "complete", std.lv = TRUE),
  halves_ml = list(halves, "complete", group = "half"),
  halves_mlr = list(halves, "complete", group = "half", estimator = "MLR"),
  halves_equal = list(halves, "complete", group = "half", group.equal = c("loadings", "intercepts", "regressions")),
  halves_random = list(halves, "complete", group = "half", fixed.x = FALSE),
  direct_ml = list(direct, "complete"),
  circle_random = list(circle, "complete", fixed.x = FALSE),
  linear_ml = list(linear, "complete"),
  linear_mlr = list(linear, "complete", estimator = "MLR"),
  linear_mlr_random = list(linear, "complete", estimator = "MLR", fixed.x = FALSE),
  linear_gaps_mlr = list(linear, "gaps", estimator = "MLR", missing = "ml"),
  linear_halves_gaps = list(across, "gaps", missing = "ml", estimator = "MLR", group = "half"),
  linear_halves_random = list(across, "complete", group = "half", fixed.x = FALSE),
  labels_mlr = list(labels, "complete", estimator = "MLR"),
  latent_apim = list(partners, "complete"),
  latent_apim_gaps = list(partners, "gaps", missing = "ml", estimator = "MLR"),
  spoken_ml = list(spoken, "complete")
)
figures <- c("npar", "df", "chisq", "baseline.df", "baseline.chisq", "logl", "unrestricted.logl", "aic", "bic", "bic2",
             "srmr", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "cfi", "tli", "ntotal", "chisq.scaled",
             "chisq.scaling.factor", "baseline.chisq.scaled", "baseline.chisq.scaling.factor", "cfi.robust",
             "rmsea.robust")
r <- function(x) signif(x, 9)
values <- lapply(cases, function(case) {
  options <- case[-(1:2)]
  fit <- suppressWarnings(do.call("sem", c(list(case[[1]], data[[case[[2]]]], meanstructure = TRUE,
                                              control = list(rel.tol = 1e-10, iter.max = 5000)), options)))
  if (!lavInspect(fit, "converged")) stop(paste(case[[1]], case[[2]], toString(options)))
  e <- parameterEstimates(fit, standardized = TRUE)
  s <- standardizedSolution(fit)
  l <- standardizedSolution(fit, type = "std.lv")
  e <- e[e$op != "==", ]; s <- s[s$op != "==", ]; l <- l[l$op != "==", ]
  measures <- fitMeasures(fit)
  square <- lavInspect(fit, "rsquare")
  if (!is.null(options$group)) square <- square[[1]]
  list(model = case[[1]], data = case[[2]], options = options,
       parameters = list(lhs = e$lhs, op = e$op, rhs = e$rhs, group = if (is.null(e$group)) rep(1, nrow(e)) else e$group,
                         est = r(e$est), se = r(e$se), std_all = r(s$est.std), std_se = r(s$se), std_lv = r(l$est.std)),
       fit = as.list(r(measures[intersect(figures, names(measures))])),
       r_squared = as.list(r(unclass(square))))
})
index <- function(model) {
  m <- modindices(sem(model, complete, control = list(rel.tol = 1e-10)))
  m <- m[m$op %in% c("~", "~~", "=~") & !is.na(m$mi), ]
  list(model = model, lhs = m$lhs, op = m$op, rhs = m$rhs, mi = r(m$mi), epc = r(m$epc), std_all = r(m$sepc.all))
}
indices <- list(mediation = index("tru04 ~ tru01 + kno07\ncom01 ~ tru04 + car01\nint04 ~ com01"),
                latent = index(gsub("\n(ab|abd) := .*", "", latent)))
write_json(list(values = values, indices = indices), "sem_values.json", auto_unbox = TRUE, digits = NA, na = "null")
