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
[also.output_length]
datatype = "instruction"
columns  = { text = "output" }
title    = "Length of outputs"
question = "How much longer are the model's outputs than people's?"
test     = "neutral"
neutral  = 0.0
draws    = "all"
notes    = "1 is twice as long, -1 half as long; 0.25 is 19 % longer. One mean of all items: a few long outputs weigh much. Tasks without an output are left out. Tested against 0, item by item, for the outputs of one reply belong together."
[also.task_length]
datatype  = "instruction"
columns   = { text = "instruction" }
made      = "text"
title     = "Length of tasks"
question  = "How much longer are the instructions that the model makes up than people's?"
test      = "neutral"
neutral   = 0.0
draws     = "all"
reference = "ratio of means; Wang et al. 2023 (Self-Instruct, arXiv 2212.10560), figure 5, on the length of generated instructions"
notes     = "1 is twice as long, -1 half as long; 0.25 is 19 % longer. Items whose instruction both sides were given are left out, so a study of answers is not run. Tested against 0, item by item: the tasks of one reply belong together and are never exchanged one by one."
lacking   = "it takes tasks that were made up: in a study of answers (makes = \"answers\") both sides were given the instruction"
[also.turn_length]
datatype  = "simulation"
without   = "number"
title     = "Length of turns"
question  = "How much longer are the model's turns than people's?"
unit      = "log2 of the ratio of mean words a turn, model over people"
test      = "neutral"
neutral   = 0.0
draws     = "all"
reference = "ratio of means; Ivey et al. 2024 (arXiv 2409.08330) compare the turns of simulated and real users in this way"
notes     = "1 is twice as long, -1 half as long; 0.25 is 19 % longer. Turns that are numbers are left out. Tested against 0, item by item; turns are never exchanged, for a turn belongs to its dialogue."
lacking   = "it takes turns in words; these dialogues hold numbers or nothing"
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
    where text_surface_words is not null
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
