# Noncentralities of t stay below 37.6, from where R approximates.
# Standard errors of reliability coefficients by lavaan (Debian), as functions of the covariances of the saturated
# model of eight items and of a second-order factor model; and quantiles of the noncentral t by base R.
#
#   Rscript tests/reference/interval_values.R
#
# What it prints stands in tests/reference/interval_values.json. Answers: simulated-complete.csv, 400 persons.
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/reference/simulated-complete.csv")
reversed <- c("tru09", "car09")
d[reversed] <- 8 - d[reversed]
a <- c("tru01", "tru04", "tru09", "tru11")
b <- c("car01", "car05", "car09", "car10")
items <- c(a, b)
label <- function(i, j) paste0("c_", paste(sort(c(i, j)), collapse = "_"))
lines <- c()
for (i in seq_along(items)) for (j in i:length(items))
  lines <- c(lines, sprintf("%s ~~ %s*%s", items[i], label(items[i], items[j]), items[j]))
total <- function(x, y = x) paste0("(", paste(outer(x, y, Vectorize(label)), collapse = "+"), ")")
trace <- function(x) paste0("(", paste(mapply(label, x, x), collapse = "+"), ")")
squares <- function(x) {
  p <- outer(x, x, Vectorize(label))
  paste0("(", paste(sprintf("%s^2", p[row(p) != col(p)]), collapse = "+"), ")")
}
alpha <- function(x) sprintf("(4/3*(1-%s/%s))", trace(x), total(x))
odd <- a[c(1, 3)]; even <- a[c(2, 4)]
r <- sprintf("(%s/sqrt(%s*%s))", total(odd, even), total(odd), total(even))
lines <- c(lines,
  sprintf("alpha := %s", alpha(a)),
  sprintf("lambda2 := 1-%s/%s+sqrt(4/3*%s)/%s", trace(a), total(a), squares(a), total(a)),
  sprintf("flanagan := 4*%s/%s", total(odd, even), total(a)),
  sprintf("brown := 2*%s/(1+%s)", r, r),
  sprintf("stratified := 1-(%s*(1-%s)+%s*(1-%s))/%s", total(a), alpha(a), total(b), alpha(b), total(items)),
  sprintf("difference := %s-%s", alpha(a), alpha(b)))
told <- function(fit) {
  e <- parameterEstimates(fit)
  e <- e[e$op == ":=", ]
  lapply(split(e[c("est", "se")], e$lhs), function(x) unname(unlist(x)))
}
model <- paste(lines, collapse = "\n")
normal <- told(sem(model, d, fixed.x = FALSE))
free <- told(sem(model, d, meanstructure = TRUE, se = "robust.huber.white", fixed.x = FALSE))
# omega hierarchical of the total of six scales, each of four items, as the keys have them
scales <- split(names(d), substr(names(d), 1, 3))
factors <- sapply(names(scales), function(s) {
  own <- scales[[s]]
  paste0(s, " =~ ", paste0("l_", own, "*", own, collapse = " + "))
})
second <- paste0("g =~ ", paste0("b_", names(scales), "*", names(scales), collapse = " + "))
of_general <- paste(sapply(names(scales), function(s)
  sprintf("b_%s*(%s)", s, paste0("l_", scales[[s]], collapse = "+"))), collapse = "+")
of_scale <- paste(sapply(names(scales), function(s)
  sprintf("(%s)^2", paste0("l_", scales[[s]], collapse = "+"))), collapse = "+")
rest <- sprintf("%s ~~ t_%s*%s", names(d), names(d), names(d))
unique_part <- paste0("t_", names(d), collapse = "+")
hierarchical <- sprintf("omega_h := (%s)^2/((%s)^2+%s+%s)", of_general, of_general, of_scale, unique_part)
keyed <- read.csv("tests/reference/simulated-complete.csv")
turned <- c("tru09", "kno06", "mut03", "com09", "car09", "int12")
keyed[turned] <- 8 - keyed[turned]
omega <- told(sem(paste(c(factors, second, rest, hierarchical), collapse = "\n"), keyed, std.lv = TRUE))
quantiles <- sapply(c(10, 50, 300), function(n)
  qt(c(0.025, 0.975), n - 1, qnorm(0.975) * sqrt(n)) / sqrt(n))
cat(toJSON(list(lavaan = as.character(packageVersion("lavaan")), R = as.character(getRversion()),
                normal = normal, free = free, omega = omega, limits = t(quantiles)),
           digits = 12, auto_unbox = TRUE, pretty = TRUE), "\n")
