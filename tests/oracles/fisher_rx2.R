# Three to five levels, one block, to 200 people: R's fisher.test.
source("tests/oracles/common.R")
seed(1951)
LEVELS <- 3:5
FEASIBLE <- 1e6                                                         # outcomes, at most

sizes_of <- function(most) {
  levels <- whole(min(LEVELS), max(LEVELS))
  repeat {
    weights <- rexp(levels)
    sizes <- pmax(1, floor(max(levels, some(most)) * weights / sum(weights)))
    if (sum(sizes) <= most && feasible(sizes)) return(sizes)
  }
}
feasible <- function(sizes) prod(sizes + 1) / (max(sizes) + 1) < FEASIBLE

any <- function() {
  sizes <- sizes_of(200)
  people(sizes, pmin(1, pmax(0, runif(1) + runif(1) * rnorm(length(sizes)) / 2)))
}
small <- function() {
  sizes <- sizes_of(15)
  people(sizes, runif(length(sizes)))
}
even <- function() {                                                    # levels of equal size: many equal probabilities
  levels <- whole(min(LEVELS), max(LEVELS))
  repeat {
    size <- some(200 / levels)
    if (feasible(rep(size, levels))) break
  }
  people(rep(size, levels), pmin(1, pmax(0, runif(1) + rnorm(levels) / 8)))
}
zero <- function() people(sizes_of(200), whole(0, 1))
empty <- function() {                                                   # levels with nobody
  sizes <- sizes_of(120)
  sizes[sample(length(sizes), whole(1, length(sizes) - 1))] <- 0
  people(sizes, runif(length(sizes)))
}
extreme <- function() {                                                 # whole levels raised it, or none did but one
  sizes <- sizes_of(200)
  raised <- ifelse(runif(length(sizes)) < 0.5, sizes, 0)
  i <- sample(length(sizes), 1)
  raised[i] <- abs(raised[i] - whole(0, 1))
  cbind(raised, sizes - raised)
}

begin("kind,table,p")
kinds <- list(any = 260, small = 120, even = 120, zero = 30, empty = 70, extreme = 100)
for (kind in names(kinds)) for (i in seq_len(kinds[[kind]])) {
  table <- get(kind)()
  row_of(kind, written(table), digits(fisher.test(table, workspace = 2e7)$p.value))
}
