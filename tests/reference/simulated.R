# R's values of the simulated answers next to this file: omega, its parts and standard error, HTMT.
# Nobody gave these answers. Version 0.1.0 drew them (400 and 300 persons of scii-24 0.2.0, 8 % of the second
# table missing); later versions draw others, so the files count, not a seed.
# Run in this folder: Rscript simulated.R
# Values in the tests: R 4.2.2, psych 2.2.9, lavaan 0.6-14, semTools 0.5-6.
suppressWarnings(suppressMessages({library(lavaan); library(semTools); library(psych)}))
options(digits = 12, width = 100)

keys <- list(
  trust = c("tru01", "tru04", "-tru09", "tru11"), knowledge = c("kno02", "-kno06", "kno07", "kno10"),
  mutuality = c("-mut03", "mut04", "mut07", "mut11"), commitment = c("com01", "com04", "-com09", "com10"),
  caring = c("car01", "car05", "-car09", "car10"), interdependence = c("int01", "int04", "int08", "-int12"))
scales <- lapply(keys, function(k) sub("-", "", k))
factors <- paste(sapply(names(scales), function(s) paste(s, "=~", paste(scales[[s]], collapse = " + "))),
                 collapse = "\n")
keyed <- function(file) {
  d <- read.csv(file)
  for (k in unlist(keys)) if (startsWith(k, "-")) d[[sub("-", "", k)]] <- 8 - d[[sub("-", "", k)]]
  d
}
fitted <- function(model, d, ...) cfa(model, d, std.lv = TRUE, control = list(rel.tol = 1e-10), ...)
reliability_of <- function(fit, observed, ...) suppressWarnings(compRelSEM(fit, obs.var = observed, ...))
say <- function(title, value) { cat("\n##", title, "\n"); print(value) }

complete <- keyed("simulated-complete.csv")
gaps <- keyed("simulated-gaps.csv")
trust <- paste("f =~", paste(scales$trust, collapse = " + "))

fit <- fitted(trust, complete)
say("trust: model-implied, observed", c(reliability_of(fit, FALSE), reliability_of(fit, TRUE)))
say("trust: AVE", AVE(fit))
for (rule in c("fiml", "listwise")) {
  fit <- fitted(trust, gaps, missing = rule)
  say(paste("trust with gaps,", rule), c(reliability_of(fit, FALSE), reliability_of(fit, TRUE)))
}

# the standard error of omega
loads <- paste0("l", 1:4); rests <- paste0("t", 1:4)
defined <- paste0(
  "f =~ ", paste0(loads, "*", scales$trust, collapse = " + "), "\n",
  paste0(scales$trust, " ~~ ", rests, "*", scales$trust, collapse = "\n"), "\n",
  "omega := (", paste(loads, collapse = "+"), ")^2 / ((", paste(loads, collapse = "+"), ")^2 + ",
  paste(rests, collapse = "+"), ")")
se_of <- function(fit) subset(parameterEstimates(fit), lhs == "omega")$se
say("standard error: complete, fiml, listwise",
    c(se_of(fitted(defined, complete)), se_of(fitted(defined, gaps, missing = "fiml", information = "observed")),
      se_of(fitted(defined, gaps, missing = "listwise"))))

# omega of the total
total_of <- function(fit, observed) reliability_of(fit, observed, return.total = 1)["total"]
fit <- fitted(factors, complete)
say("correlated factors: model-implied, observed", c(total_of(fit, FALSE), total_of(fit, TRUE)))
hierarchical <- function(fit, general) {
  e <- lavInspect(fit, "est"); implied <- fitted.values(fit)$cov
  l <- general(e); s <- unclass(implied)[names(l), names(l)]
  theta <- diag(e$theta)[names(l)]
  c(hierarchical = sum(l)^2 / sum(s), ecv = sum(l^2 / diag(s)) / sum(1 - theta / diag(s)),
    observed = sum(l)^2 / sum(lavInspect(fit, "sampstat")$cov[names(l), names(l)]))
}
of_part <- function(fit, general, items) {  # total and general of the sum of some items
  e <- lavInspect(fit, "est"); l <- general(e)[items]; s <- unclass(fitted.values(fit)$cov)[items, items]
  c(total = 1 - sum(diag(e$theta)[items]) / sum(s), general = sum(l)^2 / sum(s))
}
all_items <- unlist(scales, use.names = FALSE)
whole <- function(fit) {
  s <- unclass(fitted.values(fit)$cov)
  1 - sum(diag(lavInspect(fit, "est")$theta)) / sum(s)
}
models <- list(
  second_order = list(
    text = paste0(factors, "\ng =~ ", paste(names(scales), collapse = " + ")),
    general = function(e) setNames(as.vector(e$lambda[, names(scales)] %*% e$beta[names(scales), "g"]),
                                   rownames(e$lambda)), more = list()),
  bifactor = list(
    text = paste0(factors, "\ng =~ ", paste(all_items, collapse = " + ")),
    general = function(e) setNames(e$lambda[, "g"], rownames(e$lambda)), more = list(orthogonal = TRUE)))
for (name in names(models)) {
  m <- models[[name]]
  fit <- do.call(fitted, c(list(m$text, complete), m$more))
  say(paste(name, "total"), whole(fit))
  say(paste(name, "hierarchical, ECV, over observed variance"), hierarchical(fit, m$general))
  say(paste(name, "trust"), of_part(fit, m$general, scales$trust))
  say(paste(name, "interdependence"), of_part(fit, m$general, scales$interdependence))
}

say("HTMT", unclass(htmt(factors, complete, htmt2 = FALSE)))
say("HTMT2", unclass(htmt(factors, complete, htmt2 = TRUE)))

for (m in c(3, 6)) {
  o <- suppressWarnings(suppressMessages(
    omega(complete[all_items], m, fm = "minres", rotate = "oblimin", flip = FALSE, plot = FALSE)))
  say(paste("psych::omega,", m, "group factors: hierarchical, total, asymptotic, ECV"),
      c(o$omega_h, o$omega.tot, o$omega.lim, o$ECV))
  say("its groups: total, general, group", o$omega.group)
}
