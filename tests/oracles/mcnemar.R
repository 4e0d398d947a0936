# McNemar's exact test is the binomial test of those who gained against those who lost, at one half: R's binom.test.
source("tests/oracles/common.R")

begin("gained,lost,p")
for (gained in 0:30) for (lost in 0:30) if (gained + lost > 0) {
  row_of(gained, lost, digits(binom.test(gained, gained + lost, 0.5)$p.value))
}
