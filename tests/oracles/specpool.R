# Chao2 and the expected number of codes over every order, by vegan 2.6-4: `specpool` and `specaccum(method = "exact")`.
# A table is an event a row, parted by `;`: 1 where the code of that column came up.
suppressMessages(library(vegan))
set.seed(1987)
written <- function(x) paste(apply(x, 1, paste, collapse = ""), collapse = ";")
cat("events,table,codes,chao,se,any_order\n")
for (i in 1:300) {
  events <- sample(2:12, 1)
  codes <- sample(3:25, 1)
  p <- rbeta(codes, 0.6, sample(c(0.6, 2, 5), 1))
  x <- matrix(rbinom(events * codes, 1, rep(p, each = events)), events)
  if (sum(colSums(x) > 0) < 2) next
  found <- specpool(x)
  curve <- suppressMessages(specaccum(x, method = "exact", conditioned = FALSE))$richness
  cat(events, written(x), found$Species, sprintf("%.17g", found$chao), sprintf("%.17g", found$chao.se),
      paste(sprintf("%.17g", curve), collapse = " "), sep = ",")
  cat("\n")
}
