/*
title     = "Reading people's texts"
question  = "How well does what was taught foresee what people write?"
relation  = "readings"
range     = [0, inf]
unit      = "bits a token"
worse     = "up"
test      = "none"
roles     = "model"
draws     = "one"
sums      = ["bits", "tokens"]
describes = ["perplexity"]
reference = "cross-entropy, and perplexity, 2 to its power (Jelinek et al. 1977, J. Acoust. Soc. Am. 62)"
notes     = "One mean over all tokens of all texts: long texts weigh more. Comparable under one learner and one test only, for learners part texts into tokens in their own ways."
[example]
given  = [{item_id = 1, role = "model", bits = 10.0, tokens = 2}, {item_id = 2, role = "model", bits = 2.0, tokens = 4}]
expect = [{metric = "loss", estimate = 2.0}, {metric = "perplexity", estimate = 4.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, sum(bits) as bits, sum(tokens) as tokens
from readings
group by item_id, dataset, kind, model, variant, wave
-- estimate
with s as (
    select replicate, dataset, kind, model, variant, wave, sum(bits) / nullif(sum(tokens), 0) as loss
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'loss' as metric, loss as estimate
from s
union all
select replicate, dataset, kind, model, variant, wave, 'perplexity', power(2, loss)
from s
