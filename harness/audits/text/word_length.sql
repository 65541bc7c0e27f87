/*
title     = "Length of words"
question  = "How much longer are the words that the model uses?"
relation  = "texts"
range     = [-inf, inf]
unit      = "characters per word, model minus people"
worse     = "both"
warn      = 0.15
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["words", "chars"]
describes = ["word_length_model", "word_length_people"]
reference = "mean word length: Biber 1988, Variation across Speech and Writing"
notes     = "Over all words of a side, each item weighing the same. Longer words go with formal, dense writing. English words of everyday texts have some 4.2 characters, those of abstracts some 5.5."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 10, text_surface_word_chars = 50}, {item_id = 2, role = "model", text_surface_words = 10, text_surface_word_chars = 48}, {item_id = 1, role = "reference", text_surface_words = 20, text_surface_word_chars = 88}]
expect = [{metric = "word_length", estimate = 0.5}, {metric = "word_length_model", estimate = 4.9}, {metric = "word_length_people", estimate = 4.4}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role,
       avg(text_surface_words) as words,
       avg(text_surface_word_chars) as chars
from texts
where text_surface_words is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then chars end)
               / nullif(sum(case when role = 'model' then words end), 0) as m,
           sum(case when role = 'reference' then chars end)
               / nullif(sum(case when role = 'reference' then words end), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'word_length' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'word_length_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'word_length_people', r from sides
