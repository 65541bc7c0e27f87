/*
title     = "Length of outputs"
question  = "How much longer are the model's outputs than people's?"
relation  = "instructions"
range     = [-inf, inf]
unit      = "log2 of the ratio of mean words, model over people"
worse     = "both"
warn      = 0.25
test      = "neutral"
neutral   = 0.0
draws     = "all"
pairing   = "auto"
features  = ["surface"]
sums      = ["m", "r", "m_words", "r_words"]
describes = ["words_model", "words_people"]
reference = "ratio of means; Dubois et al. 2024 (arXiv 2404.04475) on why length has to be looked at first: judges like it"
notes     = "1 is twice as long, -1 half as long; 0.25 is 19 % longer. One mean of all items: a few long outputs weigh much. Tasks without an output are left out. Tested against 0, item by item, for the outputs of one reply belong together."
[example]
given  = [{item_id = 1, role = "model", output_surface_words = 8}, {item_id = 2, role = "model", output_surface_words = 8}, {item_id = 1, role = "reference", output_surface_words = 3}, {item_id = 1, role = "reference", output_surface_words = 5}, {item_id = 2, role = "reference", output_surface_words = 4}, {item_id = 2, role = "reference"}]
expect = [{metric = "output_length_ratio", estimate = 1.0}, {metric = "words_model", estimate = 8.0}, {metric = "words_people", estimate = 4.0}]
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave, role, output_surface_words as words
    from instructions
    where output_surface_words is not null
),
means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then words end) as m_words,
           avg(case when role = 'reference' then words end) as r_words
    from units
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_words is null then 0.0 else 1.0 end as m, case when r_words is null then 0.0 else 1.0 end as r,
       coalesce(m_words, 0) as m_words, coalesce(r_words, 0) as r_words
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_words) / nullif(sum(m), 0) as m_words, sum(r_words) / nullif(sum(r), 0) as r_words
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave,
       'output_length_ratio' as metric, case when m_words > 0 and r_words > 0 then log2(m_words / r_words) end as estimate
from means
union all
select replicate, dataset, kind, model, variant, wave, 'words_model', m_words
from means
union all
select replicate, dataset, kind, model, variant, wave, 'words_people', r_words
from means
