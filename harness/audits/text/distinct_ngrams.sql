/*
title     = "Distinct words and phrases"
question  = "How much more varied are the model's texts, taken together, at the same number of words?"
relation  = "texts"
resample  = "halves"
words     = "text"
range     = [-inf, inf]
unit      = "distinct n-grams over n-grams, model minus people"
worse     = "down"
warn      = 0.02
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
describes = ["ngram_diversity_model", "ngram_diversity_people", "ead_model", "ead_people"]
reference = "distinct-n: Li et al. 2016 (NAACL, arXiv 1510.03055); n-gram diversity, distinct-1 to distinct-4 summed: Padmakumar and He 2024 (arXiv 2309.05196), Shaib et al. 2024 (arXiv 2403.00553); expectation-adjusted distinct, N / (V (1 - ((V - 1) / V)^C)): Liu et al. 2022 (ACL, short papers)"
notes     = "The more words, the more of them have stood before: both sides are cut to one number of words, at most 50,000, of half the clusters, anew in each draw. So the numbers tell of sides that were compared here, and not beside those of another study or budget. N-grams do not reach from one text into the next. Where a side has many texts on each item and the other one, the first is less varied by that alone: topics repeat. ead takes for V the distinct words of both sides of a draw."
[also.output_distinct_ngrams]
datatype = "instruction"
columns  = { text = "output" }
title    = "Distinct words and phrases of answers"
question = "How much more varied are the model's answers, taken together, at the same number of words?"
[also.turn_distinct_ngrams]
datatype = "simulation"
without  = "number"
title    = "Distinct words and phrases of turns"
question = "How much more varied is what the model says in dialogues, taken together, at the same number of words?"
[example]
given  = [{item_id = 1, replicate = 0, role = "model", words = ["the", "cat", "the", "cat"]}, {item_id = 2, replicate = 0, role = "model", words = ["the", "cat", "sat", "on"]}, {item_id = 1, replicate = 0, role = "reference", words = ["the", "cat", "sat", "down"]}, {item_id = 2, replicate = 0, role = "reference", words = ["a", "dog", "ran", "off"]}]
expect = [{metric = "distinct_1", estimate = -0.5}, {metric = "distinct_2", estimate = -0.3333333333333333}, {metric = "distinct_3", estimate = 0.0}, {metric = "ngram_diversity_model", estimate = 3.1666666666666665}, {metric = "ngram_diversity_people", estimate = 4.0}, {metric = "ead_model", estimate = 0.7282916}, {metric = "ead_people", estimate = 1.4565832}]
*/
-- estimate
with grams as (
    select replicate, dataset, kind, model, variant, wave, role, 1 as n, unnest(list_transform(words, lambda w: hash(w))) as gram
    from texts
    union all
    select replicate, dataset, kind, model, variant, wave, role, 2, hash(unnest(list_zip(words[:-2], words[2:])))
    from texts
    union all
    select replicate, dataset, kind, model, variant, wave, role, 3, hash(unnest(list_zip(words[:-3], words[2:-2], words[3:])))
    from texts
    union all
    select replicate, dataset, kind, model, variant, wave, role, 4,
           hash(unnest(list_zip(words[:-4], words[2:-3], words[3:-2], words[4:])))
    from texts
),
counted as (
    select replicate, dataset, kind, model, variant, wave, role, n, gram, count(*) as c
    from grams
    group by replicate, dataset, kind, model, variant, wave, role, n, gram
),
sides as (
    select replicate, dataset, kind, model, variant, wave, role, n, count(*) as kinds, sum(c) as c
    from counted
    group by replicate, dataset, kind, model, variant, wave, role, n
),
vocabularies as (
    select replicate, dataset, kind, model, variant, wave, 1.0 * count(distinct gram) as v
    from counted
    where n = 1
    group by replicate, dataset, kind, model, variant, wave
),
compared as (
    select replicate, dataset, kind, model, variant, wave, n,
           sum(case when role = 'model' then kinds / c end) as m,
           sum(case when role = 'reference' then kinds / c end) as r
    from sides
    group by replicate, dataset, kind, model, variant, wave, n
),
adjusted as (
    select replicate, dataset, kind, model, variant, wave, role, kinds / (v * (1 - power((v - 1) / v, c))) as ead
    from sides
    join vocabularies using (replicate, dataset, kind, model, variant, wave)
    where n = 1 and v > 1
)
select replicate, dataset, kind, model, variant, wave, 'distinct_' || n as metric, m - r as estimate
from compared
where n <= 3
union all
select replicate, dataset, kind, model, variant, wave, 'ngram_diversity_model', sum(m)
from compared
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, 'ngram_diversity_people', sum(r)
from compared
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, case role when 'model' then 'ead_model' else 'ead_people' end, ead
from adjusted
