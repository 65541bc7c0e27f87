/*
title     = "Spaces before stops"
question  = "In how many more of the model's texts do spaces stand before stops and commas?"
relation  = "texts"
range     = [-1, 1]
unit      = "share of texts, model minus people"
worse     = "both"
warn      = 0.05
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["n", "spaced"]
describes = ["spaced_model", "spaced_people"]
reference = "a trace of tokenizers in data sets, which tells the sides apart without a word being read: Gururangan et al. 2018 (arXiv 1803.02324) on such artifacts"
notes     = "This is an artifact of how texts were prepared, not of how somebody writes: where one side has it, a classifier learns it, and counts of sentences and marks are off. Clean both sides alike, then audit again."
[example]
given  = [{item_id = 1, role = "model", text_surface_spaced_marks = 0}, {item_id = 2, role = "model", text_surface_spaced_marks = 0}, {item_id = 1, role = "reference", text_surface_spaced_marks = 3}, {item_id = 1, role = "reference", text_surface_spaced_marks = 0}, {item_id = 2, role = "reference", text_surface_spaced_marks = 0}]
expect = [{metric = "spaced_marks", estimate = -0.25}, {metric = "spaced_model", estimate = 0.0}, {metric = "spaced_people", estimate = 0.25}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role, 1.0 as n,
       avg(case when text_surface_spaced_marks > 0 then 1.0 else 0.0 end) as spaced
from texts
where text_surface_spaced_marks is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then spaced end)
               / nullif(sum(case when role = 'model' then n end), 0) as m,
           sum(case when role = 'reference' then spaced end)
               / nullif(sum(case when role = 'reference' then n end), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'spaced_marks' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'spaced_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'spaced_people', r from sides
