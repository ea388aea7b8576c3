# R's score tests of equality constraints (lavTestScore), from the simulated answers next to this file (see
# simulated.R): constraints of labels, across groups, and linear ones.
# Run in this folder: Rscript constraints.R
# Writes constraints.json, which tests/factor/confirmatory/test_constraint_tests.py reads: R 4.2.2, lavaan 0.6-14.
# "change" is what the left side of a constraint less its right side would become if it alone were released.
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
data <- lapply(list(complete = "simulated-complete.csv", gaps = "simulated-gaps.csv"), function(file) {
  d <- read.csv(file)
  d$half <- rep(c("a", "b"), each = nrow(d) / 2)
  d$third <- rep(c("a", "b", "c"), length.out = nrow(d))
  d
})
one <- "f =~ tru01 + tru04 + tru11 + com01"
two <- "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
labels <- "f =~ tru01 + l*tru04 + l*tru11\ng =~ com01 + m*com04 + l*com10\ntru04 ~~ v*tru04\ntru11 ~~ v*tru11\nm == l"
linear <- "tru04 ~ a*tru01 + b*kno07 + c*com10\ncom01 ~ d*tru04 + e*tru01\na == 2*b + c\nd + e == 0.5"
across <- "tru04 ~ c(a, d)*tru01 + kno07\ncom01 ~ c(b, e)*tru04 + tru01 + car01\na + d == 0.9\nb == 2*e"
value <- "f =~ tru01 + l*tru04 + l*tru11 + com01\nl == 1"
scalar <- c("loadings", "intercepts")
cases <- list(
  scalar = list(two, "complete", group = "half", group.equal = scalar),
  scalar_thirds = list(one, "complete", group = "third", group.equal = scalar),
  strict_partial = list(two, "complete", group = "half", group.equal = c(scalar, "residuals"),
                        group.partial = c("tru04 ~ 1", "g =~ com10")),
  scalar_gaps = list(two, "gaps", group = "half", group.equal = scalar, missing = "ml"),
  scalar_robust = list(two, "gaps", group = "half", group.equal = scalar, missing = "ml", estimator = "MLR"),
  metric_unit_variances = list(one, "complete", group = "third", group.equal = "loadings", std.lv = TRUE),
  labels = list(labels, "complete"),
  value = list(value, "complete"),
  linear = list(linear, "complete"),
  linear_halves = list(across, "complete", group = "half"),
  regressions = list("f =~ com01 + com04 + com10\nf ~ tru01\nint04 ~ f + tru01", "complete", group = "third",
                     group.equal = c("loadings", "regressions")))
r <- function(x) signif(x, 9)
values <- lapply(cases, function(case) {
  options <- case[-(1:2)]
  fit <- do.call("sem", c(list(case[[1]], data[[case[[2]]]], meanstructure = TRUE,
                               control = list(rel.tol = 1e-10, iter.max = 5000)), options))
  score <- suppressWarnings(lavTestScore(fit))
  table <- parTable(fit)
  jacobian <- fit@Model@con.jac[, , drop = FALSE]
  free <- table$free[table$free > 0]
  name <- function(side) {
    k <- match(side, table$plabel)
    op <- sub("~1", "~ 1", table$op[k])
    ifelse(is.na(k), side, trimws(paste(table$lhs[k], op, table$rhs[k])))
  }
  group <- function(side) table$group[match(side, table$plabel)]
  change <- sapply(seq_len(nrow(score$uni)), function(k) {
    epc <- suppressWarnings(lavTestScore(fit, release = k, epc = TRUE))$epc
    sum(jacobian[k, ] * epc$epc[epc$free > 0])
  })
  list(model = case[[1]], data = case[[2]], options = options,
       total = list(chi_square = r(score$test$X2), df = score$test$df, p = r(score$test$p.value)),
       left = name(score$uni$lhs), left_group = group(score$uni$lhs), right = name(score$uni$rhs),
       right_group = group(score$uni$rhs), chi_square = r(score$uni$X2), p = r(score$uni$p.value), change = r(change))
})
write_json(list(values = values), "constraints.json", auto_unbox = TRUE, digits = NA, na = "null")
