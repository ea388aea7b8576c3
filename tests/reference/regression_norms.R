# Values of tests/validity/test_regression_norm.py: Rscript tests/reference/regression_norms.R (R with nlme)
library(nlme)
i <- 0:119
years <- ((i * 37) %% 120) / 4
age <- 20 + ((i * 53) %% 97) / 2
u <- qnorm((((i * 71) %% 120) + .5) / 120)
y <- round(3 + .08 * years - .002 * years^2 + .01 * age + exp(-.6 + .03 * years) * u, 2)
d <- data.frame(y, years, age)

m <- gls(y ~ years + I(years^2), data = d, weights = varExp(form = ~years), method = "ML",
         control = glsControl(tolerance = 1e-12, msTol = 1e-14))
print(logLik(m), digits = 12)
equal <- lm(y ~ years + I(years^2))
print(logLik(equal), digits = 12)
print(BIC(equal), digits = 12)

minus_log_likelihood <- function(p) {
  -sum(dnorm(y, p[1] + p[2] * years + p[3] * years^2, exp(p[4] + p[5] * years), log = TRUE))
}
start <- c(coef(m), log(m$sigma), coef(m$modelStruct$varStruct))
scale <- c(1, .1, .01, 1, .1)
o <- optim(start, minus_log_likelihood, method = "BFGS", control = list(reltol = 1e-16, maxit = 1e4, parscale = scale))
o <- optim(o$par, minus_log_likelihood, control = list(reltol = 1e-16, maxit = 5e4, parscale = scale))
print(o$par, digits = 10)

zy <- years - mean(years)
both <- function(p) {
  -sum(dnorm(y, p[1] + p[2] * zy + p[3] * (age - 45), exp(p[4] + p[5] * zy + p[6] * (age - 45)), log = TRUE))
}
o <- optim(c(mean(y), 0, 0, 0, 0, 0), both, method = "BFGS", control = list(reltol = 1e-16, maxit = 1e4))
o <- optim(o$par, both, method = "BFGS", control = list(reltol = 1e-16, maxit = 1e4))
print(-o$value, digits = 12)
