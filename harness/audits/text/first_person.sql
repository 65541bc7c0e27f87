/*
title     = "First person"
question  = "How much more often does the model say I and we than people?"
relation  = "texts"
range     = [-inf, inf]
unit      = "per 100 words, model minus people"
worse     = "both"
warn      = 0.5
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["words", "first_person"]
describes = ["first_person_model", "first_person_people"]
reference = "first-person pronouns, a mark of involved style: Biber 1988, Variation across Speech and Writing"
notes     = "Counted over all words of a side, each item weighing the same however many texts it has, so that long texts count for more than short ones. I, me, my, mine, we, us, our, ours and their contractions. English only."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 100, text_surface_first_person = 1}, {item_id = 1, role = "reference", text_surface_words = 40, text_surface_first_person = 2}, {item_id = 2, role = "reference", text_surface_words = 60, text_surface_first_person = 2}]
expect = [{metric = "first_person", estimate = -3.0}, {metric = "first_person_model", estimate = 1.0}, {metric = "first_person_people", estimate = 4.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role,
       avg(text_surface_words) as words,
       avg(text_surface_first_person) as first_person
from texts
where text_surface_words is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           100 * sum(case when role = 'model' then first_person end)
               / nullif(sum(case when role = 'model' then words end), 0) as m,
           100 * sum(case when role = 'reference' then first_person end)
               / nullif(sum(case when role = 'reference' then words end), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'first_person' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'first_person_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'first_person_people', r from sides
