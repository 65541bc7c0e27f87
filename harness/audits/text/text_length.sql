/*
title     = "Length of texts"
question  = "How much longer are the model's texts than people's?"
relation  = "texts"
range     = [-inf, inf]
unit      = "log2 of the ratio of mean words, model over people"
worse     = "both"
warn      = 0.25
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["m", "m_words", "r", "r_words"]
describes = ["words_model", "words_people"]
reference = "ratio of means; Dubois et al. 2024 (arXiv 2404.04475) on why length has to be looked at first"
notes     = "1 is twice as long, -1 half as long; 0.25 is 19 % longer. Where texts were cut to one length, this shows nothing by construction."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 8}, {item_id = 2, role = "model", text_surface_words = 8}, {item_id = 1, role = "reference", text_surface_words = 3}, {item_id = 1, role = "reference", text_surface_words = 5}, {item_id = 2, role = "reference", text_surface_words = 4}]
expect = [{metric = "length_ratio", estimate = 1.0}, {metric = "words_model", estimate = 8.0}, {metric = "words_people", estimate = 4.0}]
*/
-- cells
with means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then text_surface_words end) as m_words,
           avg(case when role = 'reference' then text_surface_words end) as r_words
    from texts
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_words is null then 0.0 else 1.0 end as m, coalesce(m_words, 0) as m_words,
       case when r_words is null then 0.0 else 1.0 end as r, coalesce(r_words, 0) as r_words
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_words) / nullif(sum(m), 0) as m_words, sum(r_words) / nullif(sum(r), 0) as r_words
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'length_ratio' as metric,
       case when m_words > 0 and r_words > 0 then log2(m_words / r_words) end as estimate
from means
union all
select replicate, dataset, kind, model, variant, wave, 'words_model', m_words from means
union all
select replicate, dataset, kind, model, variant, wave, 'words_people', r_words from means
