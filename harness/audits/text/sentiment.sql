/*
title     = "Sentiment"
question  = "How much more positive are the model's texts?"
relation  = "texts"
range     = [-2, 2]
unit      = "mean sentiment or share of sentences, model minus people"
worse     = "both"
warn      = 0.05
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["lexicon"]
sums      = ["n", "vader", "positive", "negative", "afinn"]
describes = ["sentiment_model", "sentiment_people", "afinn_model", "afinn_people"]
reference = "VADER: Hutto and Gilbert 2014 (ICWSM 8, 216-225); AFINN: Nielsen 2011 (arXiv 1103.2903)"
notes     = "VADER scores sentences from -1 to 1; a text is the mean of its sentences, and each item weighs the same. Positive and negative are shares of a text's sentences, by VADER's thresholds of 0.05. AFINN is a second word list, per word from -5 to 5, to see that the first is not alone. English only; word lists miss irony, and call a text on an illness negative whoever wrote it, so compare only where the topics are the same."
[example]
given  = [{item_id = 1, role = "model", text_lexicon_vader = 0.6, text_lexicon_positive = 1.0, text_lexicon_negative = 0.0, text_lexicon_afinn = 0.5}, {item_id = 1, role = "reference", text_lexicon_vader = -0.2, text_lexicon_positive = 0.0, text_lexicon_negative = 0.5, text_lexicon_afinn = 0.0}, {item_id = 1, role = "reference", text_lexicon_vader = 0.4, text_lexicon_positive = 0.5, text_lexicon_negative = 0.0, text_lexicon_afinn = 0.25}]
expect = [{metric = "sentiment", estimate = 0.5}, {metric = "positive_share", estimate = 0.75}, {metric = "negative_share", estimate = -0.25}, {metric = "sentiment_model", estimate = 0.6}, {metric = "sentiment_people", estimate = 0.1}, {metric = "afinn_model", estimate = 0.5}, {metric = "afinn_people", estimate = 0.125}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role, 1.0 as n,
       avg(text_lexicon_vader) as vader,
       avg(text_lexicon_positive) as positive,
       avg(text_lexicon_negative) as negative,
       avg(text_lexicon_afinn) as afinn
from texts
where text_lexicon_vader is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then vader end) / nullif(sum(case when role = 'model' then n end), 0) as m_vader,
           sum(case when role = 'reference' then vader end) / nullif(sum(case when role = 'reference' then n end), 0) as r_vader,
           sum(case when role = 'model' then positive end) / nullif(sum(case when role = 'model' then n end), 0) as m_positive,
           sum(case when role = 'reference' then positive end) / nullif(sum(case when role = 'reference' then n end), 0) as r_positive,
           sum(case when role = 'model' then negative end) / nullif(sum(case when role = 'model' then n end), 0) as m_negative,
           sum(case when role = 'reference' then negative end) / nullif(sum(case when role = 'reference' then n end), 0) as r_negative,
           sum(case when role = 'model' then afinn end) / nullif(sum(case when role = 'model' then n end), 0) as m_afinn,
           sum(case when role = 'reference' then afinn end) / nullif(sum(case when role = 'reference' then n end), 0) as r_afinn
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'sentiment' as metric, m_vader - r_vader as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'positive_share', m_positive - r_positive from sides
union all
select replicate, dataset, kind, model, variant, wave, 'negative_share', m_negative - r_negative from sides
union all
select replicate, dataset, kind, model, variant, wave, 'sentiment_model', m_vader from sides
union all
select replicate, dataset, kind, model, variant, wave, 'sentiment_people', r_vader from sides
union all
select replicate, dataset, kind, model, variant, wave, 'afinn_model', m_afinn from sides
union all
select replicate, dataset, kind, model, variant, wave, 'afinn_people', r_afinn from sides
