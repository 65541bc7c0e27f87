/*
title     = "Self-disagreement"
question  = "How often do two samples of the model differ on one item?"
relation  = "labels"
range     = [0, 1]
unit      = "share of pairs of samples"
worse     = "both"
test      = "none"
roles     = "model"
draws     = "all"
least_samples = 2
sums      = ["differ", "n"]
reference = "Gini-Simpson index of an item's samples; repetition stability of Shi et al. 2024 (arXiv 2406.07791) is 1 minus it"
notes     = "The noise of one prompt on itself: an effect of the prompt has to exceed it. Compare with entropy_people under entropy_gap."
[example]
given  = [{item_id = 1, role = "model", label = "a"}, {item_id = 1, role = "model", label = "b"}, {item_id = 2, role = "model", label = "a"}, {item_id = 2, role = "model", label = "a"}]
expect = [{metric = "self_disagreement", estimate = 0.5}]
*/
-- cells
with counts as (
    select item_id, dataset, kind, model, variant, wave, label, 1.0 * count(*) as c
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
)
select item_id, dataset, kind, model, variant, wave, 1 as n,
       1 - sum(c * (c - 1)) / (sum(c) * (sum(c) - 1)) as differ
from counts
group by item_id, dataset, kind, model, variant, wave
having sum(c) > 1
-- estimate
select replicate, dataset, kind, model, variant, wave, 'self_disagreement' as metric,
       sum(differ) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
