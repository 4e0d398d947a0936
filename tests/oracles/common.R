# What the three scripts share: seeded draws, how a table is written down, and the conditional estimate to full precision.
#
# A table is a matrix with a row a level and two columns: how many raised it, how many did not. It is written as "3 4;1 6";
# blocks are parted by "|".

seed <- function(number) {
  set.seed(number, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
}

whole <- function(low, high) low + floor(runif(1) * (high - low + 1))   # low to high, each as often

some <- function(high) min(high, floor(exp(runif(1) * log(high + 1))))  # 1 to high, small numbers more often

people <- function(sizes, share) {                                      # a row a level: raised, not raised
  raised <- rbinom(length(sizes), sizes, share)
  cbind(raised, sizes - raised)
}

written <- function(table) paste(apply(table, 1, paste, collapse = " "), collapse = ";")

digits <- function(number) sprintf("%.17g", number)

begin <- function(columns) cat(columns, "\n", sep = "")

row_of <- function(...) cat(paste(..., sep = ","), "\n", sep = "")

# The common odds ratio at which the expected number raised at the first level is the one seen: 0 or Inf at an end, NaN
# where the margins leave one outcome only. fisher.test and mantelhaen.test solve the same equation to about 1e-4.
estimate <- function(tables) {
  logs <- 0
  for (table in tables) {
    m <- sum(table[1, ])
    n <- sum(table[2, ])
    k <- sum(table[, 1])
    support <- max(0, k - n):min(k, m)
    logs <- convolved(logs, dhyper(support, m, n, k, log = TRUE))
  }
  low <- sum(sapply(tables, function(table) max(0, sum(table[, 1]) - sum(table[2, ]))))
  seen <- sum(sapply(tables, function(table) table[1, 1])) - low
  steps <- seq_along(logs) - 1 - seen
  if (length(logs) == 1) return(NaN)
  if (seen == 0) return(0)
  if (seen == length(logs) - 1) return(Inf)
  excess <- function(theta) {
    weights <- logs + theta * steps
    weights <- exp(weights - max(weights))
    sum(steps * weights) / sum(weights)
  }
  exp(uniroot(excess, c(-60, 60), tol = 1e-14, maxiter = 10000)$root)
}

convolved <- function(a, b) {                                           # of logarithms
  out <- rep(-Inf, length(a) + length(b) - 1)
  for (i in seq_along(a)) {
    at <- i - 1 + seq_along(b)
    top <- pmax(out[at], a[i] + b)
    out[at] <- top + log(exp(out[at] - top) + exp(a[i] + b - top))
  }
  out
}
