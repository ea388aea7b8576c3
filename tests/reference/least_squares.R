# lavaan's values of generalized and unweighted least squares, of the simulated answers next to this file (see
# simulated.R), and of covariances that are written here.
# Run in this folder: Rscript least_squares.R     (writes least_squares.json, with the versions it was made by)
#
# GLS: lavaan's defaults, se = "standard" and test = "standard".
# ULS: estimates are lavaan's defaults. Standard errors are of se = "robust.sem" with the sampling covariances of
# moments that normal answers have (NACOV), and the test is "browne.residual.nt". The default se = "standard" puts
# the identity matrix for these covariances, which depends on the units of the answers; test = "standard" has no
# known distribution. Both are kept under "default".
suppressWarnings(suppressMessages({library(lavaan); library(jsonlite)}))
complete <- read.csv("simulated-complete.csv")
complete$half <- rep(c("a", "b"), each = nrow(complete) / 2)
complete$part <- ifelse(seq_len(nrow(complete)) <= 130, "a", "b")  # groups of different sizes

# a Heywood case: x1 goes with x2 and x3 more than one factor behind them allows
heywood <- outer(c(2, 1, 3, 1.5), c(2, 1, 3, 1.5)) *
  matrix(c(1, .70, .60, .40, .70, 1, .35, .30, .60, .35, 1, .20, .40, .30, .20, 1), 4)
dimnames(heywood) <- list(paste0("x", 1:4), paste0("x", 1:4))

trust <- "f =~ tru01 + tru04 + tru09 + tru11"
two <- "f =~ tru01 + tru04 + tru11\n g =~ com01 + com04 + com10"
scales <- c(trust = "tru01 + tru04 + tru11", knowledge = "kno02 + kno07 + kno10",
            mutuality = "mut04 + mut07 + mut11", commitment = "com01 + com04 + com10")
four <- paste(names(scales), "=~", scales, collapse = "\n")
paths <- "com01 ~ tru01 + tru04\n com04 ~ com01 + tru01"
cases <- list(
  list(name = "paths, x fixed", model = paths, fixed = TRUE),
  list(name = "paths", model = paths, fixed = FALSE),
  list(name = "one factor", model = trust),
  list(name = "saturated", model = "f =~ tru01 + tru04 + tru11"),
  list(name = "two factors", model = two),
  list(name = "two factors, means", model = two, means = TRUE),
  list(name = "equal loadings", model = "f =~ tru01 + a*tru04 + a*tru11\n g =~ com01 + b*com04 + b*com10"),
  list(name = "equal residual variances", model = paste0(two, "\n tru01 ~~ e*tru01\n tru04 ~~ e*tru04\n tru11 ~~ e*tru11")),
  list(name = "equal means", model = paste0(two, "\n tru01 ~ m*1\n tru04 ~ m*1\n com01 ~ 4.5*1"), means = TRUE),
  list(name = "cross-loading, residual covariance", model = paste0(two, "\n f =~ com10\n tru04 ~~ com04")),
  list(name = "second order", model = paste0(four, "\n h =~ ", paste(names(scales), collapse = " + "))),
  list(name = "Heywood", model = "f =~ x1 + x2 + x3 + x4", covariances = heywood, n = 250),
  list(name = "groups of one size", model = two, means = TRUE, group = "half"),
  list(name = "groups of one size, equal loadings", model = two, means = TRUE, group = "half", equal = "loadings"),
  list(name = "groups of one size, equal loadings and intercepts", model = two, means = TRUE, group = "half",
       equal = c("loadings", "intercepts")),
  list(name = "groups of different sizes, equal loadings", model = two, means = TRUE, group = "part", equal = "loadings"))

fitted <- function(case, estimator, model = case$model, ...) {
  options <- list(model, estimator = estimator, meanstructure = isTRUE(case$means), ...)
  if (is.null(case$covariances)) options$data <- complete
  else { options$sample.cov <- case$covariances; options$sample.nobs <- case$n }
  if (!is.null(case$group)) options$group <- case$group
  if (is.character(model) && !is.null(case$equal)) options$group.equal <- case$equal
  if (!is.null(case$fixed)) options$fixed.x <- case$fixed
  how <- if (!is.character(model)) "lavaan" else if (is.null(case$fixed)) "cfa" else "sem"
  suppressWarnings(do.call(how, options))
}
# lavaan's search stops where the discrepancy is too coarse to show more, some 1e-6 away: Newton steps by lavaan's
# own gradient go on from there, and lavaan works out everything at the values to which they lead
polished <- function(fit) {
  slope <- function(x) drop(lavaan:::lav_model_gradient(
    lavmodel = lavaan:::lav_model_set_parameters(fit@Model, x), lavsamplestats = fit@SampleStats,
    lavdata = fit@Data))
  x <- lav_model_get_parameters(fit@Model)
  k <- if (fit@Model@eq.constraints) fit@Model@eq.constraints.K else diag(length(x))
  for (step in 1:4) {
    bend <- sapply(seq_along(x), function(j) {
      h <- replace(numeric(length(x)), j, 1e-4)
      (slope(x + h) - slope(x - h)) / 2e-4
    })
    x <- x - drop(k %*% solve(t(k) %*% bend %*% k, t(k) %*% slope(x)))
  }
  left <<- max(abs(t(k) %*% slope(x)))
  table <- parTable(fit)
  table$ustart <- table$est
  table$ustart[table$free > 0] <- x[table$free[table$free > 0]]
  table$est <- table$se <- table$start <- NULL
  table
}
settled <- function(case, estimator, model = case$model, ...) {
  table <- polished(fitted(case, estimator, model))
  fitted(case, estimator, table, optim.method = "none", optim.force.converged = TRUE, ...)
}
gamma_of <- function(fit, means, fixed) {
  x <- if (fixed) match(lavNames(fit, "ov.x"), lavNames(fit, "ov")) else integer(0)
  moments <- lavInspect(fit, "sampstat")
  if (!is.null(moments$cov)) moments <- list(moments)
  suppressWarnings(lapply(moments, function(m) lavaan:::lav_samplestats_Gamma_NT(
    COV = unclass(m$cov), MEAN = unclass(m$mean), meanstructure = means, x.idx = x, fixed.x = fixed)))
}
independence_of <- function(case) {
  if (!is.null(case$fixed)) {  # predictors covary; as they were observed, where they are fixed
    s <- if (case$fixed) paste0(format(cov(complete[c("tru01", "tru04")]), digits = 15), "*") else rep("", 4)
    return(paste0("com01 ~~ com01\n com04 ~~ com04\n tru01 ~~ ", s[1], "tru01 + ", s[2], "tru04\n tru04 ~~ ",
                  s[4], "tru04"))
  }
  items <- lavNames(lavaanify(case$model), "ov")
  paste(items, "~~", items, collapse = "\n")
}
measures <- c("npar", "chisq", "df", "pvalue", "baseline.chisq", "baseline.df", "cfi", "tli", "rmsea",
              "rmsea.ci.lower", "rmsea.ci.upper", "rmsea.pvalue", "srmr")
table_of <- function(fit) {
  p <- parameterEstimates(fit, standardized = TRUE)
  keep <- c("lhs", "op", "rhs", "group", "est", "se", "std.all")
  if (is.null(p$group)) p$group <- 1
  p <- p[p$op %in% c("=~", "~~", "~1", "~"), keep]
  p$se[is.na(p$se)] <- 0
  p
}
values <- lapply(cases, function(case) {
  known <- list(name = case$name, model = case$model, means = isTRUE(case$means), fixed = case$fixed, group = case$group,
                equal = as.list(case$equal))
  if (!is.null(case$covariances)) known <- c(known, list(covariances = case$covariances, items = rownames(case$covariances), n = case$n))
  gls <- settled(case, "GLS")
  observed <- settled(case, "GLS", information = "observed")
  known$GLS <- list(fit = as.list(unclass(fitMeasures(gls, measures))), parameters = table_of(gls),
                    se_observed = table_of(observed)$se)
  if (case$name %in% c("two factors", "equal loadings", "cross-loading, residual covariance")) {
    mi <- suppressWarnings(modindices(gls))
    known$GLS$modification <- mi[mi$op != "~1", c("lhs", "op", "rhs", "mi", "epc")]
  }
  stopifnot(left < 1e-12)
  plain <- settled(case, "ULS")
  stopifnot(left < 1e-12)
  gamma <- gamma_of(plain, isTRUE(case$means), isTRUE(case$fixed))
  uls <- settled(case, "ULS", se = "robust.sem", NACOV = if (is.null(case$group)) gamma[[1]] else gamma)
  none <- settled(modifyList(case, list(equal = NULL)), "ULS", model = independence_of(case))
  test <- lavTest(plain, test = "browne.residual.nt")
  base <- lavTest(none, test = "browne.residual.nt")
  known$ULS <- list(parameters = table_of(uls), chisq = test$stat, df = test$df, pvalue = test$pvalue,
                    baseline.chisq = base$stat, srmr = fitMeasures(plain, "srmr")[[1]],
                    default = list(chisq = fitMeasures(plain, "chisq")[[1]], se = table_of(plain)$se))
  known
})
versions <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")))
write_json(list(made_by = "least_squares.R", versions = versions, cases = values), "least_squares.json",
           digits = I(12), auto_unbox = TRUE, pretty = FALSE, null = "null", na = "null", dataframe = "columns")
for (v in values) cat(v$name, ": ", v$GLS$fit$chisq, v$ULS$chisq, "\n")
