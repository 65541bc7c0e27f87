/*
title     = "Minority loss"
question  = "What share of people's minority labels does the model never give?"
relation  = "labels"
range     = [0, 1]
unit      = "share of minority labels"
worse     = "up"
warn      = 0.05
test      = "exchange"
draws     = "all"
plays     = "all"
floor     = "exchange"
sums      = ["lost", "n"]
reference = "after Das et al. 2024, section 5.1: minority sets as in minority_match"
notes     = "Over items on which people have a minority set: the share of its labels that none of the model's samples gives. It falls with the number of samples, so compare at equal samples; the floor is what shuffling the answers of people and model shows on average."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "b"}, {item_id = 1, role = "model", label = "a"}]
expect = [{metric = "minority_loss", estimate = 1.0}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then 1 else 0 end) as m,
           sum(case when role = 'reference' then 1 else 0 end) as r
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
),
ends as (
    select *, max(r) over item as top_r, min(case when r > 0 then r end) over item as low_r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
)
select item_id, dataset, kind, model, variant, wave, 1 as n, avg(case when m = 0 then 1.0 else 0.0 end) as lost
from ends
where r = low_r and low_r < top_r
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'minority_loss' as metric,
       sum(lost) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
