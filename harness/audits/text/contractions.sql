/*
title     = "Contractions"
question  = "How many more contractions does the model use than people?"
relation  = "texts"
range     = [-inf, inf]
unit      = "per 100 words, model minus people"
worse     = "both"
warn      = 0.5
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["words", "contractions"]
describes = ["contractions_model", "contractions_people"]
reference = "contractions, a mark of involved style: Biber 1988, Variation across Speech and Writing"
notes     = "Counted over all words of a side, each item weighing the same however many texts it has, so that long texts count for more than short ones. Words with an apostrophe inside (don't, it's), so that possessives (Ann's) count as well. Below zero the model is the more formal."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 50, text_surface_contractions = 0}, {item_id = 2, role = "model", text_surface_words = 150, text_surface_contractions = 2}, {item_id = 1, role = "reference", text_surface_words = 40, text_surface_contractions = 1}, {item_id = 1, role = "reference", text_surface_words = 60, text_surface_contractions = 3}, {item_id = 2, role = "reference", text_surface_words = 50, text_surface_contractions = 0}]
expect = [{metric = "contractions", estimate = -1.0}, {metric = "contractions_model", estimate = 1.0}, {metric = "contractions_people", estimate = 2.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role,
       avg(text_surface_words) as words,
       avg(text_surface_contractions) as contractions
from texts
where text_surface_words is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           100 * sum(case when role = 'model' then contractions end)
               / nullif(sum(case when role = 'model' then words end), 0) as m,
           100 * sum(case when role = 'reference' then contractions end)
               / nullif(sum(case when role = 'reference' then words end), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'contractions' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'contractions_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'contractions_people', r from sides
