# Values of tests/validity/test_mtmm.py: Rscript tests/reference/trait_methods.R (R with psych)
i <- 0:47
x <- NULL
for (m in 1:3) for (t in 1:3) {
  of_trait <- (i * c(5, 7, 11)[t]) %% 13
  of_method <- (i * c(3, 8, 17)[m]) %% 7
  alone <- (i * c(19, 23, 29)[t] + i^2 * c(1, 2, 3)[m]) %% 5
  x <- cbind(x, (of_trait + 2 * of_method + alone) / 4)
}
r <- cor(x)
print(c(r[1, 4], r[1, 2], r[5, 9]), digits = 12)
print(psych::r.con(r[1, 4], 48), digits = 12)
rel <- r[c(1, 4), c(1, 4)]
print(psych::correct.cor(rel, c(.95, .9)), digits = 12)
# Kendall's W of the nine blocks of three heterotrait correlations
blocks <- t(sapply(0:8, function(b) {
  o <- 3 * (b %/% 3); p <- 3 * (b %% 3)
  rank(round(c(r[o + 1, p + 2], r[o + 1, p + 3], r[o + 2, p + 3]), 12))
}))
s <- colSums(blocks)
print(12 * sum((s - mean(s))^2) / (81 * 24), digits = 12)
