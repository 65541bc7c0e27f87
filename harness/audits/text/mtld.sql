/*
title     = "Lexical diversity (MTLD)"
question  = "How much longer do the model's texts go on before their words repeat?"
relation  = "texts"
range     = [-inf, inf]
unit      = "log2 of the ratio of mean MTLD, model over people"
worse     = "both"
warn      = 0.15
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["diversity"]
sums      = ["m_all", "r_all", "m", "r", "m_log", "r_log"]
describes = ["mtld_model", "mtld_people", "long_enough_model", "long_enough_people"]
reference = "McCarthy and Jarvis 2010 (Behavior Research Methods 42, 381-392): mean number of words until the type-token ratio has come down to 0.72, forwards and backwards"
notes     = "1 is twice as long, -1 half as long; 0.15 is 11 % longer. Means are geometric, for a text that hardly repeats a word has an MTLD of hundreds. Each text is for itself: it tells of variety within a text (type_token too, at like lengths), distinct_ngrams of that of all together. It hardly depends on length from a hundred words on; texts of fewer than 50 are left out, so where many are that short it speaks of the longer ones alone: long_enough is the share of items with such a text, and where it differs much the two sides are compared on different items. Few distinct words are not bad words: a plain text of one subject repeats them."
lacking   = "it takes texts of 50 words or more"
[also.output_mtld]
datatype = "instruction"
columns  = { text = "output" }
title    = "Lexical diversity of outputs (MTLD)"
question = "How much longer do the model's outputs go on before their words repeat?"
test     = "neutral"
neutral  = 0.0
draws    = "all"
lacking  = "it takes outputs of 50 words or more"
[example]
given  = [{item_id = 1, role = "model", text_diversity_words = 60, text_diversity_mtld = 40}, {item_id = 2, role = "model", text_diversity_words = 60, text_diversity_mtld = 40}, {item_id = 1, role = "reference", text_diversity_words = 60, text_diversity_mtld = 40}, {item_id = 1, role = "reference", text_diversity_words = 60, text_diversity_mtld = 160}, {item_id = 2, role = "reference", text_diversity_words = 60, text_diversity_mtld = 80}, {item_id = 3, role = "model", text_diversity_words = 20}]
expect = [{metric = "mtld", estimate = -1.0}, {metric = "mtld_model", estimate = 40.0}, {metric = "mtld_people", estimate = 80.0}, {metric = "long_enough_model", estimate = 0.6666666666666666}, {metric = "long_enough_people", estimate = 1.0}]
*/
-- cells
with means as (
    select item_id, dataset, kind, model, variant, wave,
           max(case when role = 'model' then 1.0 else 0.0 end) as m_all,
           max(case when role = 'reference' then 1.0 else 0.0 end) as r_all,
           avg(case when role = 'model' and text_diversity_mtld > 0 then log2(text_diversity_mtld) end) as m_log,
           avg(case when role = 'reference' and text_diversity_mtld > 0 then log2(text_diversity_mtld) end) as r_log
    from texts
    where text_diversity_words > 0
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave, m_all, r_all,
       case when m_log is null then 0.0 else 1.0 end as m, coalesce(m_log, 0) as m_log,
       case when r_log is null then 0.0 else 1.0 end as r, coalesce(r_log, 0) as r_log
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_log) / sum(m) as m_log, sum(r_log) / sum(r) as r_log,
           sum(m) / sum(m_all) as m_long, sum(r) / sum(r_all) as r_long
    from cells
    group by replicate, dataset, kind, model, variant, wave
    having sum(m) > 0 and sum(r) > 0
)
select replicate, dataset, kind, model, variant, wave, 'mtld' as metric, m_log - r_log as estimate from means
union all
select replicate, dataset, kind, model, variant, wave, 'mtld_model', pow(2, m_log) from means
union all
select replicate, dataset, kind, model, variant, wave, 'mtld_people', pow(2, r_log) from means
union all
select replicate, dataset, kind, model, variant, wave, 'long_enough_model', m_long from means
union all
select replicate, dataset, kind, model, variant, wave, 'long_enough_people', r_long from means
