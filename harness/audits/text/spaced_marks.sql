/*
title     = "Spaces at stops"
question  = "In how many more of the model's texts do stops have a space before them, or none after?"
relation  = "texts"
range     = [-1, 1]
unit      = "share of texts, model minus people"
worse     = "both"
warn      = 0.05
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["n", "spaced", "glued"]
describes = ["spaced_model", "spaced_people", "glued_model", "glued_people"]
reference = "traces of how data were prepared, which tell the sides apart without a word being read: Gururangan et al. 2018 (arXiv 1803.02324) on such artifacts"
notes     = "Spaces before stops and commas are left by tokenizers, stops glued to the next sentence by lost line breaks. Neither is how somebody writes: where one side has it, a classifier learns it, and counts of words and sentences may be off. Clean both sides alike, then audit again."
[example]
given  = [{item_id = 1, role = "model", text_surface_spaced_marks = 0, text_surface_glued_marks = 2}, {item_id = 2, role = "model", text_surface_spaced_marks = 0, text_surface_glued_marks = 0}, {item_id = 1, role = "reference", text_surface_spaced_marks = 3, text_surface_glued_marks = 0}, {item_id = 1, role = "reference", text_surface_spaced_marks = 0, text_surface_glued_marks = 0}, {item_id = 2, role = "reference", text_surface_spaced_marks = 0, text_surface_glued_marks = 0}]
expect = [{metric = "spaced_marks", estimate = -0.25}, {metric = "spaced_model", estimate = 0.0}, {metric = "spaced_people", estimate = 0.25}, {metric = "glued_marks", estimate = 0.5}, {metric = "glued_model", estimate = 0.5}, {metric = "glued_people", estimate = 0.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role, 1.0 as n,
       avg(case when text_surface_spaced_marks > 0 then 1.0 else 0.0 end) as spaced,
       avg(case when text_surface_glued_marks > 0 then 1.0 else 0.0 end) as glued
from texts
where text_surface_spaced_marks is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then spaced end) / nullif(sum(case when role = 'model' then n end), 0) as m_spaced,
           sum(case when role = 'reference' then spaced end) / nullif(sum(case when role = 'reference' then n end), 0) as r_spaced,
           sum(case when role = 'model' then glued end) / nullif(sum(case when role = 'model' then n end), 0) as m_glued,
           sum(case when role = 'reference' then glued end) / nullif(sum(case when role = 'reference' then n end), 0) as r_glued
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'spaced_marks' as metric, m_spaced - r_spaced as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'spaced_model', m_spaced from sides
union all
select replicate, dataset, kind, model, variant, wave, 'spaced_people', r_spaced from sides
union all
select replicate, dataset, kind, model, variant, wave, 'glued_marks', m_glued - r_glued from sides
union all
select replicate, dataset, kind, model, variant, wave, 'glued_model', m_glued from sides
union all
select replicate, dataset, kind, model, variant, wave, 'glued_people', r_glued from sides
