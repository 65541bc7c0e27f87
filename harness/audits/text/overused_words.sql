/*
title     = "Overused words"
question  = "Which words does the model use most beyond people, and which most below?"
relation  = "texts"
range     = [-inf, inf]
unit      = "log odds of the word, model over people, shrunk towards 0"
looks_across = true
worse     = "both"
test      = "none"
pairing   = "auto"
sums      = ["n"]
reference = "Monroe, Colaresi and Quinn 2008 (Political Analysis 16, 372-403), log odds with an informative Dirichlet prior, equations 16 and 22: the prior has both sides' shares of words, and weighs 1,000 words"
notes     = "The metric is the word. 0.69 is twice the odds. Shown are the ten words highest and the ten lowest in z, the log odds over their approximate standard error (an item that has a word many times counts as one burst), of those in texts of two items or more. The prior keeps words of which one side has none from infinity: all of these end near one bound, the higher the more words there are, and their intervals are too narrow. These are the most extreme of very many words: an interval tells how a word moves with the items and not that it was chosen, so read them as a description; the detector judges whether words part the two sides. Words are runs of letters and digits that begin with a letter, in lower case; each item weighs the same however many texts it has, and long texts count for more."
[also.output_overused_words]
datatype = "instruction"
columns  = { text = "output" }
title    = "Overused words of answers"
[example]
given  = [{item_id = 1, role = "model", text = "Delve, delve!"}, {item_id = 2, role = "model", text = "We delve it"}, {item_id = 1, role = "reference", text = "We dig"}, {item_id = 2, role = "reference", text = "we dig"}, {item_id = 2, role = "reference", text = "We dig it, it"}]
expect = [{metric = "delve", estimate = 0.014214729639625667}, {metric = "dig", estimate = -0.012437894324969667}, {metric = "we", estimate = -0.004738216973371401}]
*/
-- cells
with spoken as (
    select item_id, dataset, kind, model, variant, wave, role,
           regexp_extract_all(replace(lower(text), '’', ''''), '\p{L}[\p{L}\p{N}]*(?:[''-][\p{L}\p{N}]+)*') as words
    from texts
    where text is not null
),
sizes as (
    select item_id, dataset, kind, model, variant, wave, role, count(*) as texts, 1.0 * sum(len(words)) / count(*) as n
    from spoken
    group by item_id, dataset, kind, model, variant, wave, role
),
occurrences as (
    select item_id, dataset, kind, model, variant, wave, role, unnest(words) as word from spoken
),
counts as (
    select item_id, dataset, kind, model, variant, wave, role, word, 1.0 * count(*) / any_value(texts) as n
    from occurrences
    join sizes using (item_id, dataset, kind, model, variant, wave, role)
    group by item_id, dataset, kind, model, variant, wave, role, word
),
totals as (
    select dataset, kind, model, variant, wave,
           sum(case when role = 'model' then n else 0.0 end) as m_all,
           sum(case when role = 'reference' then n else 0.0 end) as r_all
    from sizes
    group by dataset, kind, model, variant, wave
),
sides as (
    select dataset, kind, model, variant, wave, word,
           sum(case when role = 'model' then n else 0.0 end) as m,
           sum(case when role = 'reference' then n else 0.0 end) as r,
           sum(case when role = 'model' then n * n else 0.0 end) as m_squared,
           sum(case when role = 'reference' then n * n else 0.0 end) as r_squared
    from counts
    group by dataset, kind, model, variant, wave, word
    having count(distinct item_id) >= 2
),
smoothed as (
    select *, 1000 * (m + r) / (m_all + r_all) as prior
    from sides
    join totals using (dataset, kind, model, variant, wave)
    where m_all > 0 and r_all > 0 and m + r < m_all + r_all
),
-- Occurrences of one item are not many: with one each, the squares are the counts, and this is Monroe's z.
ranked as (
    select dataset, kind, model, variant, wave, word,
           (ln((m + prior) / (m_all + 1000 - m - prior)) - ln((r + prior) / (r_all + 1000 - r - prior)))
               / sqrt((m_squared + prior) / power(m + prior, 2) + (r_squared + prior) / power(r + prior, 2)) as z
    from smoothed
),
chosen as (
    select dataset, kind, model, variant, wave, word
    from ranked
    where z <> 0
    qualify row_number() over (partition by dataset, kind, model, variant, wave, z > 0 order by abs(z) desc, word) <= 10
)
select item_id, dataset, kind, model, variant, wave, role, word, n
from counts
join chosen using (dataset, kind, model, variant, wave, word)
union all
-- All words of an item's side together.
select item_id, dataset, kind, model, variant, wave, role, null as word, n
from sizes
-- estimate
with totals as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when role = 'model' then n else 0.0 end) as m_all,
           sum(case when role = 'reference' then n else 0.0 end) as r_all
    from cells
    where word is null
    group by replicate, dataset, kind, model, variant, wave
),
sides as (
    select replicate, dataset, kind, model, variant, wave, word,
           sum(case when role = 'model' then n else 0.0 end) as m,
           sum(case when role = 'reference' then n else 0.0 end) as r
    from cells
    where word is not null
    group by replicate, dataset, kind, model, variant, wave, word
),
smoothed as (
    select *, 1000 * (m + r) / nullif(m_all + r_all, 0) as prior
    from sides
    join totals using (replicate, dataset, kind, model, variant, wave)
)
select replicate, dataset, kind, model, variant, wave, word as metric,
       ln((m + prior) / (m_all + 1000 - m - prior)) - ln((r + prior) / (r_all + 1000 - r - prior)) as estimate
from smoothed
where m + r > 0
