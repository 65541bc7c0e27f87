/*
title     = "Recall of rare labels"
question  = "Of people's answers with a rare label, how many does the model give too?"
relation  = "labels"
range     = [0, 1]
unit      = "share of people's rare answers"
worse     = "down"
test      = "none"
draws     = "one"
sums      = ["hits", "m", "r"]
describes = ["rare_share_model", "rare_share_people"]
reference = "recall, of the labels that people give less often than an even share (1 of K labels that they use)"
notes     = "Rare is what people give less often than if all their labels were as frequent; which labels these are is looked up anew in each redraw. A person against another does not reach 1 either. rare_share_*: how often either side gives these labels."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", label = "a"}, {item_id = 2, role = "model", label = "a"}, {item_id = 3, role = "reference", label = "b"}, {item_id = 3, role = "model", label = "a"}, {item_id = 4, role = "reference", label = "a"}, {item_id = 4, role = "model", label = "b"}]
expect = [{metric = "minority_recall", estimate = 0.0}, {metric = "rare_share_model", estimate = 0.25}, {metric = "rare_share_people", estimate = 0.25}]
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
),
told as (
    select *, sum(r) over who as all_r, sum(m) over who as all_m,
           sum(case when r > 1e-9 then 1 else 0 end) over who as kinds
    from by_label
    window who as (partition by replicate, dataset, kind, model, variant, wave)
),
rare as (
    select replicate, dataset, kind, model, variant, wave, sum(hits) as hits, sum(r) as r, sum(m) as m,
           max(all_r) as all_r, max(all_m) as all_m
    from told
    where r > 1e-9 and r * kinds < all_r - 1e-9
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'minority_recall' as metric, hits / nullif(r, 0) as estimate
from rare
union all
select replicate, dataset, kind, model, variant, wave, 'rare_share_model', m / nullif(all_m, 0) from rare
union all
select replicate, dataset, kind, model, variant, wave, 'rare_share_people', r / nullif(all_r, 0) from rare
