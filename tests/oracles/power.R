# Power by the long way: every outcome, whether R's exact test rejects it, and how probable it is.
# One room: fisher.test. Several: mantelhaen.test(exact = TRUE), the rooms being its strata.
source("tests/oracles/common.R")

# Every outcome of a design, one a row: for each room how many at level 1 and at level 2 raised it; and its p.
outcomes <- function(rooms) {
  every <- as.matrix(expand.grid(lapply(as.vector(t(rooms)), function(n) 0:n)))
  every <- unname(every)
  at1 <- every[, seq(1, ncol(every), 2), drop = FALSE]
  at2 <- every[, seq(2, ncol(every), 2), drop = FALSE]
  known <- new.env()
  p <- numeric(nrow(every))
  for (i in seq_len(nrow(every))) {
    # p depends on the totals of the rooms and on how many at level 1 raised it
    key <- paste(c(at1[i, ] + at2[i, ], sum(at1[i, ])), collapse = " ")
    if (is.null(known[[key]])) known[[key]] <- exact_p(rooms, at1[i, ], at2[i, ])
    p[i] <- known[[key]]
  }
  list(at1 = at1, at2 = at2, p = p)
}

exact_p <- function(rooms, at1, at2) {
  table <- array(rbind(at1, rooms[, 1] - at1, at2, rooms[, 2] - at2), c(2, 2, nrow(rooms)))
  total <- at1 + at2
  if (sum(pmax(0, total - rooms[, 2])) == sum(pmin(rooms[, 1], total))) return(1)  # one outcome: nothing to test
  if (nrow(rooms) == 1) return(fisher.test(table[, , 1])$p.value)
  mantelhaen.test(table, exact = TRUE)$p.value
}

chance <- function(rooms, found, rejected, p1, p2) {
  each <- rep(1, length(found$p))
  for (b in seq_len(nrow(rooms))) {
    each <- each * dbinom(found$at1[, b], rooms[b, 1], p1) * dbinom(found$at2[, b], rooms[b, 2], p2)
  }
  sum(each[rejected])
}

designs <- list(
  c(7, 7), c(5, 9), c(3, 12), c(2, 2), c(1, 8), c(10, 10), c(12, 8), c(15, 14), c(20, 6),
  c(3, 2, 3, 2), c(4, 3, 3, 4), c(2, 2, 2, 2, 2, 2), c(1, 4, 4, 1, 2, 2), c(3, 2, 2, 3, 1, 1), c(5, 3, 2, 6)
)
rules <- list(c(0.05, 1), c(0.05, 6), c(0.2, 3))
pairs <- list(c(0.7, 0.1), c(0.05, 0.6), c(0.5, 0.45), c(1, 0.25))

begin("rooms,alpha,family,p_1,p_2,power,size")
for (design in designs) {
  rooms <- matrix(design, ncol = 2, byrow = TRUE)
  found <- outcomes(rooms)
  name <- paste(apply(rooms, 1, paste, collapse = "+"), collapse = " ")
  for (rule in rules) {
    rejected <- found$p <= rule[1] / rule[2] * (1 + 1e-7)
    for (pair in pairs) {
      pooled <- sum(colSums(rooms) * pair) / sum(rooms)
      row_of(name, rule[1], rule[2], pair[1], pair[2],
             digits(chance(rooms, found, rejected, pair[1], pair[2])),
             digits(chance(rooms, found, rejected, pooled, pooled)))
    }
  }
}
