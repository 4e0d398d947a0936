# Two levels in one to eight blocks of one to 40 people: R's mantelhaen.test(exact = TRUE).
#
# R refuses blocks of one person, which say nothing: they are in the table written down, and dropped for R. It refuses
# one block alone too: that gets a second in which both of two people raised it, which says nothing either.
source("tests/oracles/common.R")
seed(1959)

blocks <- function(sizes, share = 1, spread = 1) {                      # each with its own popularity, one odds ratio
  ratio <- spread * rnorm(1)
  lapply(sizes, function(n) {
    first <- rbinom(1, n, share * runif(1))
    base <- 1.5 * rnorm(1)
    people(c(first, n - first), plogis(base + c(ratio, 0)))
  })
}
several <- function(most) replicate(whole(1, 8), whole(1, most))

any <- function() blocks(several(40))
small <- function() blocks(several(6))
one <- function() blocks(whole(1, 40))
even <- function() {                                                    # outcomes in pairs that are equally probable
  ratio <- rnorm(1)
  lapply(several(20), function(n) people(c(n, n), plogis(rnorm(1) + c(ratio, 0))))
}
zero <- function() {                                                    # none raised it, or all: in some blocks or all
  tables <- blocks(several(40))
  here <- if (whole(0, 3) == 0) seq_along(tables) else which(runif(length(tables)) < 0.5)
  for (b in here) tables[[b]] <- people(rowSums(tables[[b]]), whole(0, 1))
  tables
}
empty <- function() {                                                   # nobody at one level of some blocks
  tables <- blocks(several(40))
  for (b in which(runif(length(tables)) < 0.5)) tables[[b]] <- people(sample(c(0, sum(tables[[b]]))), runif(1))
  tables
}
extreme <- function() {                                                 # all of one level against none, but for a few
  lapply(several(40), function(n) {
    first <- rbinom(1, n, 0.5)
    people(c(first, n - first), c(0.97, 0.03))
  })
}

begin("kind,table,p,odds_ratio,solved")
kinds <- list(any = 280, small = 120, one = 60, even = 100, zero = 60, empty = 60, extreme = 60)
skipped <- 0
for (kind in names(kinds)) for (i in seq_len(kinds[[kind]])) {
  tables <- get(kind)()
  kept <- Filter(function(table) sum(table) > 1, tables)
  if (length(kept) == 1) kept <- c(kept, list(cbind(c(1, 1), c(0, 0))))
  found <- tryCatch(mantelhaen.test(array(unlist(kept), c(2, 2, length(kept))), exact = TRUE), error = function(e) NULL)
  if (is.null(found)) {
    skipped <- skipped + 1
    next
  }
  all <- paste(sapply(tables, written), collapse = "|")
  row_of(kind, all, digits(found$p.value), digits(found$estimate), digits(estimate(tables)))
}
message(skipped, " tables skipped: R gives an error where no block of two people or more is left")
