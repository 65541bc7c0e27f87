/*
title     = "Grammatical templates"
question  = "How much more of the model's text runs along its most frequent sequences of parts of speech?"
relation  = "texts"
range     = [-1, 1]
unit      = "share of sequences that are templates, model minus people"
worse     = "up"
warn      = 0.02
test      = "neutral"
neutral   = 0
pairing   = "auto"
resample  = "halves"
splits    = 4
words     = "text"
features  = ["surface", "syntax"]
describes = ["templates_5_model", "templates_5_people", "template_rate_6_model", "template_rate_6_people"]
reference = "after Shaib, Elazar, Li and Wallace 2024 (arXiv 2407.00211): templates per token, template rate"
notes     = "A template is one of the 100 most frequent sequences of 4, 5 or 6 parts of speech (Penn tags, marks too, within a sentence) of a side. Each side's templates are counted on one half of its texts and looked for in the other, at the same number of words, so that neither the size of a corpus nor chance repeats make templates. templates_4, _5 and _6 are shares of all sequences of that length. The rates with template_rate_6 are shares of the texts with a sequence of 6 that have a template of 6; they grow with the length of texts. English only."
[example]
given  = [{item_id = 1, role = "model", fold = 0, words = ["a"], text_surface_words = 1, text_syntax_tags = [1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6]}, {item_id = 2, role = "model", fold = 1, words = ["a"], text_surface_words = 1, text_syntax_tags = [1, 2, 3, 4, 5, 6]}, {item_id = 1, role = "reference", fold = 0, words = ["a"], text_surface_words = 1, text_syntax_tags = [1, 2, 3, 4, 5, 6]}, {item_id = 2, role = "reference", fold = 1, words = ["a", "b"], text_surface_words = 4, text_syntax_tags = [1, 2, 3, 4, 5, 7, 0, 1, 1, 1, 1, 1, 1, 1]}, {item_id = 3, role = "reference", fold = 1, words = ["a"], text_surface_words = 1, text_syntax_tags = [7, 7, 7, 7, 7, 6]}]
expect = [{metric = "templates_4", estimate = 0.6666666666666667}, {metric = "templates_5", estimate = 0.75}, {metric = "templates_6", estimate = 1.0}, {metric = "templates_5_model", estimate = 1.0}, {metric = "templates_5_people", estimate = 0.25}, {metric = "template_rate_6_model", estimate = 1.0}, {metric = "template_rate_6_people", estimate = 0.0}]
*/
-- estimate
with cut as (
    -- The last text of a side is cut to the budget; its tags by the same share. One number for a side of a draw, and
    -- one for a sequence, are what makes this quick.
    select replicate, dataset, kind, model, variant, wave, role, fold, row_number() over () as text_no,
           dense_rank() over (order by replicate, dataset, kind, model, variant, wave, role) as side_no,
           text_syntax_tags[1:ceil(len(text_syntax_tags) * len(words) / nullif(text_surface_words, 0))::integer] as tags
    from texts
    where text_syntax_tags is not null and text_surface_words > 0
),
places as (
    select side_no, fold, text_no, tags, unnest(range(1, len(tags) - 2)) as place from cut
),
fours as (
    select side_no, fold, text_no, tags[place + 4]::bigint as fifth, tags[place + 5]::bigint as sixth,
           tags[place]::bigint + 64 * tags[place + 1]::bigint + 4096 * tags[place + 2]::bigint + 262144 * tags[place + 3]::bigint as gram
    from places
    where tags[place] > 0 and tags[place + 1] > 0 and tags[place + 2] > 0 and tags[place + 3] > 0
),
grams as (
    select side_no, fold, text_no, 4 as n, gram from fours
    union all
    select side_no, fold, text_no, 5, gram + 16777216 * fifth from fours where fifth > 0
    union all
    select side_no, fold, text_no, 6, gram + 16777216 * (fifth + 64 * sixth) from fours where fifth > 0 and sixth > 0
),
counted as (
    select side_no, n, gram, count(*) as times
    from grams
    where fold = 0
    group by side_no, n, gram
),
ranked as (
    select side_no, n, gram, row_number() over (partition by side_no, n order by times desc, gram) as place from counted
),
templates as (
    select side_no, n, gram from ranked where place <= 100
),
looked_at as (
    select g.side_no, g.n, g.text_no, count(*) as all_grams, count(t.gram) as found
    from grams g
    left join templates t on t.side_no = g.side_no and t.n = g.n and t.gram = g.gram
    where g.fold = 1
    group by g.side_no, g.n, g.text_no
),
measured as (
    select side_no, n, sum(found) / sum(all_grams) as share, avg((found > 0)::integer) as rate
    from looked_at
    group by side_no, n
),
named as (
    select distinct side_no, replicate, dataset, kind, model, variant, wave, role from cut
),
sides as (
    select a.replicate, a.dataset, a.kind, a.model, a.variant, a.wave, o.n,
           max(case when a.role = 'model' then o.share end) as m,
           max(case when a.role = 'reference' then o.share end) as r,
           max(case when a.role = 'model' then o.rate end) as m_rate,
           max(case when a.role = 'reference' then o.rate end) as r_rate
    from named a
    join measured o on o.side_no = a.side_no
    group by a.replicate, a.dataset, a.kind, a.model, a.variant, a.wave, o.n
)
select replicate, dataset, kind, model, variant, wave, 'templates_' || n as metric, m - r as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'templates_5_model', m from sides where n = 5
union all
select replicate, dataset, kind, model, variant, wave, 'templates_5_people', r from sides where n = 5
union all
select replicate, dataset, kind, model, variant, wave, 'template_rate_6_model', m_rate from sides where n = 6
union all
select replicate, dataset, kind, model, variant, wave, 'template_rate_6_people', r_rate from sides where n = 6
