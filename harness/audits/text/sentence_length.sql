/*
title     = "Length of sentences"
question  = "How much longer are the model's sentences?"
relation  = "texts"
range     = [-inf, inf]
unit      = "words per sentence, model minus people"
worse     = "both"
warn      = 2
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["words", "sentences"]
describes = ["sentence_length_model", "sentence_length_people"]
reference = "mean sentence length, as in Flesch 1948 (Journal of Applied Psychology 32, 221-233)"
notes     = "Over all sentences of a side, each item weighing the same. A sentence ends with . ! ? or …, so people who leave out stops seem to write long ones."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 60, text_surface_sentences = 3}, {item_id = 1, role = "reference", text_surface_words = 24, text_surface_sentences = 2}, {item_id = 2, role = "reference", text_surface_words = 16, text_surface_sentences = 2}]
expect = [{metric = "sentence_length", estimate = 10.0}, {metric = "sentence_length_model", estimate = 20.0}, {metric = "sentence_length_people", estimate = 10.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role,
       avg(text_surface_words) as words,
       avg(text_surface_sentences) as sentences
from texts
where text_surface_words is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then words end)
               / nullif(sum(case when role = 'model' then sentences end), 0) as m,
           sum(case when role = 'reference' then words end)
               / nullif(sum(case when role = 'reference' then sentences end), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'sentence_length' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'sentence_length_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'sentence_length_people', r from sides
