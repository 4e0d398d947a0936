# Exact intervals of k of n, by R's binom.test.
set.seed(1934)
cat("k,n,low,high\n")
n <- c(1, 5, 24, 407, 407, 606, 5458, 5458, sample(1:6000, 190))
k <- c(0, 5, 7, 0, 3, 2, 18, 5458, sapply(n[9:198], function(m) sample(0:m, 1)))
for (i in seq_along(n)) {
  ends <- binom.test(k[i], n[i])$conf.int
  cat(k[i], n[i], sprintf("%.17g", ends[1]), sprintf("%.17g", ends[2]), sep = ","); cat("\n")
}
