/*
title     = "Readability"
question  = "How much easier to read are the model's texts?"
relation  = "texts"
range     = [-inf, inf]
unit      = "points of Flesch reading ease, model minus people"
worse     = "both"
warn      = 5
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["words", "sentences", "syllables"]
describes = ["flesch_model", "flesch_people"]
reference = "Flesch 1948 (Journal of Applied Psychology 32, 221-233)"
notes     = "From all words, sentences and syllables of a side, each item weighing the same: a text without a stop does not run away with the mean. Below zero the model is harder to read; 10 points are about a school year or two. Made for English prose; syllables are counted by rule."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 100, text_surface_sentences = 5, text_surface_syllables = 150}, {item_id = 1, role = "reference", text_surface_words = 60, text_surface_sentences = 6, text_surface_syllables = 80}, {item_id = 2, role = "reference", text_surface_words = 40, text_surface_sentences = 4, text_surface_syllables = 50}]
expect = [{metric = "flesch", estimate = -27.07}, {metric = "flesch_model", estimate = 59.635}, {metric = "flesch_people", estimate = 86.705}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role,
       avg(text_surface_words) as words,
       avg(text_surface_sentences) as sentences,
       avg(text_surface_syllables) as syllables
from texts
where text_surface_words is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           206.835 - 1.015 * sum(case when role = 'model' then words end) / nullif(sum(case when role = 'model' then sentences end), 0)
               - 84.6 * sum(case when role = 'model' then syllables end) / nullif(sum(case when role = 'model' then words end), 0) as m,
           206.835 - 1.015 * sum(case when role = 'reference' then words end) / nullif(sum(case when role = 'reference' then sentences end), 0)
               - 84.6 * sum(case when role = 'reference' then syllables end) / nullif(sum(case when role = 'reference' then words end), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'flesch' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'flesch_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'flesch_people', r from sides
