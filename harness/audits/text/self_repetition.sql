/*
title     = "Self-repetition"
question  = "How much more often do phrases of one of the model's texts stand in another, at the same number of words?"
relation  = "texts"
resample  = "halves"
words     = "text"
range     = [-inf, inf]
unit      = "share of four-word phrases that stand in another text, model minus people"
worse     = "up"
warn      = 0.01
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
describes = ["repeated_model", "repeated_people", "self_repetition_model", "self_repetition_people"]
reference = "Salkar et al. 2022 (AACL-IJCNLP, short papers): self-repetition is the mean over texts of ln(1 + occurrences of the text's 4-grams in the other texts); Shaib et al. 2024 (arXiv 2403.00553)"
notes     = "self_repetition grows with the number of texts and with their length, so that it tells of one side and does not compare two whose texts are unlike in length. So the share of 4-grams of a text that stand in another one is judged, at one number of words on both sides. Both depend on how many words there are, and are not to be put beside other data. What everybody is asked to say (a greeting, the question) repeats on both sides; if only one side has it, see whether it is part of the text."
[also.output_self_repetition]
datatype = "instruction"
columns  = { text = "output" }
title    = "Self-repetition of answers"
question = "How much more often do phrases of one of the model's answers stand in another, at the same number of words?"
[also.turn_self_repetition]
datatype = "simulation"
without  = "number"
title    = "Self-repetition of turns"
question = "How much more often do phrases of one of the model's turns stand in another, at the same number of words?"
[example]
given  = [{item_id = 1, replicate = 0, role = "model", words = ["as", "a", "testament", "to", "time"]}, {item_id = 2, replicate = 0, role = "model", words = ["is", "as", "a", "testament", "to"]}, {item_id = 1, replicate = 0, role = "reference", words = ["it", "was", "late", "then", "so"]}, {item_id = 2, replicate = 0, role = "reference", words = ["so", "it", "was", "cold", "too"]}]
expect = [{metric = "repeated_phrases", estimate = 0.5}, {metric = "repeated_model", estimate = 0.5}, {metric = "repeated_people", estimate = 0.0}, {metric = "self_repetition_model", estimate = 0.6931471805599453}, {metric = "self_repetition_people", estimate = 0.0}]
*/
-- estimate
with numbered as (
    select *, row_number() over () as text_no from texts
),
grams as (
    select replicate, dataset, kind, model, variant, wave, role, text_no,
           hash(unnest(list_zip(words[:-4], words[2:-3], words[3:-2], words[4:]))) as gram
    from numbered
    where len(words) >= 4
),
counts as (
    select replicate, dataset, kind, model, variant, wave, role, text_no, gram, count(*) as c
    from grams
    group by replicate, dataset, kind, model, variant, wave, role, text_no, gram
),
occurrences as (
    select replicate, dataset, kind, model, variant, wave, role, text_no, c,
           sum(c) over (partition by replicate, dataset, kind, model, variant, wave, role, gram) - c as elsewhere
    from counts
),
by_text as (
    select replicate, dataset, kind, model, variant, wave, role, text_no, sum(c) as c,
           sum(case when elsewhere > 0 then c else 0 end) as repeated, ln(1 + sum(elsewhere)) as score
    from occurrences
    group by replicate, dataset, kind, model, variant, wave, role, text_no
),
sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then repeated end) / sum(case when role = 'model' then c end) as m,
           sum(case when role = 'reference' then repeated end) / sum(case when role = 'reference' then c end) as r,
           avg(case when role = 'model' then score end) as m_score,
           avg(case when role = 'reference' then score end) as r_score
    from by_text
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'repeated_phrases' as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'repeated_model', m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'repeated_people', r from sides
union all
select replicate, dataset, kind, model, variant, wave, 'self_repetition_model', m_score from sides
union all
select replicate, dataset, kind, model, variant, wave, 'self_repetition_people', r_score from sides
