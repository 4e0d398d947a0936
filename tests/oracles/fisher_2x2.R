# Two levels, one block, 1 to 2,000 people: R's fisher.test.
source("tests/oracles/common.R")
seed(1935)

any <- function() {
  n <- some(2000)
  first <- whole(0, n)
  people(c(first, n - first), pmin(1, pmax(0, runif(1) + c(1, -1) * runif(1) / 2)))
}
small <- function() people(c(whole(1, 10), whole(0, 10)), runif(2))
even <- function() {                                                    # outcomes in pairs that are equally probable
  n <- some(1000)
  if (whole(0, 1)) return(people(c(n, n), pmin(1, pmax(0, runif(1) + c(1, -1) * rnorm(1) / 10))))
  first <- whole(1, 2 * n - 1)
  raised <- whole(max(0, first - n), min(n, first))
  rbind(c(raised, first - raised), c(n - raised, n - first + raised))   # half of them raised it
}
zero <- function() people(c(some(1000), some(1000)), rep(whole(0, 1), 2))
empty <- function() people(sample(c(0, some(1000))), runif(2))
extreme <- function() {                                                 # all but a few against none but a few
  sizes <- c(some(1000), some(1000))
  few <- pmin(sizes, c(whole(0, 2), whole(0, 2)))
  cbind(c(sizes[1] - few[1], few[2]), c(few[1], sizes[2] - few[2]))[sample(2), ]
}
most <- function() {
  first <- whole(100, 1900)
  people(c(first, 2000 - first), pmin(1, pmax(0, runif(1) + c(1, -1) * rnorm(1) / 20)))
}
vast <- function() {                                                    # p below what a double holds, or near it
  sizes <- c(whole(400, 1000), whole(400, 1000))
  people(sizes, sample(c(0.02, 0.98)))
}

begin("kind,table,p,odds_ratio,solved")
kinds <- list(any = 240, small = 120, even = 120, zero = 40, empty = 40, extreme = 100, most = 40, vast = 40)
for (kind in names(kinds)) for (i in seq_len(kinds[[kind]])) {
  table <- get(kind)()
  found <- fisher.test(table)
  row_of(kind, written(table), digits(found$p.value), digits(found$estimate), digits(estimate(list(table))))
}
