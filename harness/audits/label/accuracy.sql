/*
title     = "Accuracy"
question  = "How often does the model say what a person says, and is that so for every label?"
relation  = "labels"
range     = [0, 1]
unit      = "share of people's answers"
worse     = "down"
test      = "none"
draws     = "one"
sums      = ["hits", "m", "r"]
reference = "accuracy and macro-averaged F1 against each of an item's people in turn, each item weighing 1 (Opitz and Burst 2021, arXiv 1911.03347, on the mean of F1s)"
notes     = "Where people disagree nobody reaches 1: see agreement for what a person reaches against the others. macro_f1 is the mean of the F1 of every label that people gave, so a rare label weighs as much as a frequent one. It is described and not judged; it serves to compare annotators, trained ones above all, on the same items."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", label = "a"}, {item_id = 2, role = "model", label = "a"}, {item_id = 3, role = "reference", label = "b"}, {item_id = 3, role = "model", label = "a"}, {item_id = 4, role = "reference", label = "b"}, {item_id = 4, role = "model", label = "b"}]
expect = [{metric = "accuracy", estimate = 0.75}, {metric = "macro_f1", estimate = 0.733333}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then 1.0 else 0.0 end) as m,
           sum(case when role = 'reference' then 1.0 else 0.0 end) as r
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
),
shares as (
    select item_id, dataset, kind, model, variant, wave, label, m / sum(m) over item as m, r / sum(r) over item as r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
)
select item_id, dataset, kind, model, variant, wave, label, m * r as hits, m, r from shares
-- estimate
with by_label as (
    select replicate, dataset, kind, model, variant, wave, label, sum(hits) as hits, sum(m) as m, sum(r) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave, label
)
select replicate, dataset, kind, model, variant, wave, 'accuracy' as metric,
       sum(hits) / nullif(sum(r), 0) as estimate
from by_label
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, 'macro_f1', avg(2 * hits / (m + r))
from by_label
where r > 1e-9
group by replicate, dataset, kind, model, variant, wave
