# Actor-partner models by nlme::gls, with constraints that closed forms do not cover, and degrees of freedom by
# lmerTest; of simulated couples, which this script writes to couples.csv.
# Run in this folder: Rscript actor_partner.R
# Writes actor_partner.json, which tests/dyads/actor_partner reads: R 4.2.2, nlme 3.1-162, lmerTest 3.1-3.
# Standard errors of gls by ML are multiplied by sqrt(N / (N - p)) there; vcov here has that factor taken out.
suppressWarnings(suppressMessages({library(nlme); library(lmerTest); library(jsonlite)}))
set.seed(20261130)
n <- 60
x <- rnorm(n) %o% c(.5, .5) + matrix(rnorm(2 * n), n) + 4
z <- rnorm(n, 10, 3)
e <- matrix(rnorm(2 * n), n) + rnorm(n, sd = .8) %o% c(1, 1)
kind <- rep(c("ff", "fm", "mm"), c(20, 22, 18))
y <- 2 + .5 * x + .25 * x[, 2:1] + .05 * z + .04 * x * (z - 10) + e %*% diag(c(1, 1.4)) + (kind == "mm") %o% c(1, 1)
wide <- data.frame(couple = seq_len(n), kind = kind, x_1 = x[, 1], x_2 = x[, 2], z = z, y_1 = y[, 1], y_2 = y[, 2])
wide[, -(1:2)] <- round(wide[, -(1:2)], 4)
write.csv(wide, "couples.csv", row.names = FALSE, quote = FALSE)
d <- do.call(rbind, lapply(1:2, function(i) data.frame(
  couple = wide$couple, kind = wide$kind, role = c("first", "second")[i], z = wide$z,
  a = wide[[paste0("x_", i)]], p = wide[[paste0("x_", 3 - i)]], y = wide[[paste0("y_", i)]])))
d$cell <- factor(ifelse(d$kind == "fm", paste("fm", d$role), d$kind))
d$role <- factor(d$role)
d <- d[order(d$couple, d$role), ]
together <- corCompSymm(form = ~ 1 | couple)
fits <- list(
  equal_actor = list(y ~ 0 + role + a + role:p, varIdent(form = ~ 1 | role)),
  equal_paths = list(y ~ 0 + role + a + p, varIdent(form = ~ 1 | role)),
  equal_variances = list(y ~ 0 + role + role:a + role:p, NULL),
  actor_only = list(y ~ a, NULL),
  couple_pattern = list(y ~ I(a + p), NULL),
  covariate = list(y ~ z + a + p, NULL),
  moderated = list(y ~ z * (a + p), NULL),
  moderated_roles = list(y ~ 0 + role + role:z + role:a + role:p + role:z:a + role:z:p, varIdent(form = ~ 1 | role)),
  one_correlation = list(y ~ 0 + cell + a + p, varIdent(form = ~ 1 | cell)),
  one_for_all = list(y ~ 0 + cell + cell:a + cell:p, NULL)
)
values <- lapply(fits, function(f) sapply(c("ML", "REML"), function(method) {
  g <- gls(f[[1]], d, together, f[[2]], method = method,
           control = glsControl(tolerance = 1e-10, msTol = 1e-14, msMaxIter = 500, maxIter = 500))
  factor <- if (method == "ML") (g$dims$N - g$dims$p) / g$dims$N else 1
  list(terms = names(coef(g)), estimates = unname(coef(g)), errors = unname(sqrt(diag(vcov(g)) * factor)),
       log_likelihood = as.numeric(logLik(g)), correlation = unname(coef(g$modelStruct$corStruct, unconstrained = FALSE)),
       sigma = g$sigma)
}, simplify = FALSE))
degrees <- lapply(list(plain = y ~ a + p + (1 | couple), covariate = y ~ z + a + p + (1 | couple),
                       actor_only = y ~ a + (1 | couple), couple_pattern = y ~ I(a + p) + (1 | couple)), function(f) {
  m <- lmer(f, d, control = lmerControl(optCtrl = list(maxfun = 1e5), calc.derivs = TRUE))
  t <- summary(m)$coefficients
  joint <- diag(nrow(t))[-1, , drop = FALSE]
  list(terms = rownames(t), estimates = t[, 1], errors = t[, 2], df = t[, 3],
       joint = as.list(contestMD(m, joint)[c("F value", "NumDF", "DenDF", "Pr(>F)")]))
})
write_json(list(gls = values, lmerTest = degrees, versions = list(R = as.character(getRversion()),
  nlme = as.character(packageVersion("nlme")), lmerTest = as.character(packageVersion("lmerTest")))),
  "actor_partner.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
