/*
title     = "Alternative annotator test"
question  = "Could the model replace a person without loss?"
relation  = "labels"
range     = [-1, 1]
unit      = "share of answers, person better minus model better"
by_person = 30
worse     = "up"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
sums      = ["n", "model_wins", "d", "dd"]
describes = ["advantage_probability", "winning_rate_*"]
reference = "Calderon et al. 2025, The alternative annotator test (arXiv 2501.10970): score = share of the others who gave the same label; one-sided t-test of each person, Benjamini and Yekutieli 2001 at 0.05"
notes     = "Each person with at least 30 answers to items that others judged too is left out in turn, and the model takes their place against the others. advantage_probability: how often the model fits the others at least as well as the person does, ties for both; the mean over persons. winning_rate_10, _15 and _20: the share of persons whom the model is shown to be worth, if it may lose 0.10, 0.15 or 0.20 for being cheaper (the paper's epsilon for crowd workers, skilled people and experts); it passes from 0.5. With few answers a person no model passes. The interval of a winning rate is rough: it redraws a test. What is judged is persons' mean advantage over the model, which is 0 for a model that answers as one more of them. Persons must be known by name; of more than 200 those with the most answers are taken."
lacking   = "it takes people known by name (annotator in [[data]]) with 30 answers each, and others who answered the same items"
[example]
given  = [{item_id = 1, role = "reference", person = 1, label = "a"}, {item_id = 1, role = "reference", person = 2, label = "a"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", person = 1, label = "a"}, {item_id = 2, role = "reference", person = 2, label = "a"}, {item_id = 2, role = "model", label = "a"}, {item_id = 3, role = "reference", person = 1, label = "a"}, {item_id = 3, role = "reference", person = 2, label = "a"}, {item_id = 3, role = "model", label = "a"}, {item_id = 4, role = "reference", person = 1, label = "a"}, {item_id = 4, role = "reference", person = 2, label = "a"}, {item_id = 4, role = "model", label = "a"}, {item_id = 5, role = "reference", person = 1, label = "a"}, {item_id = 5, role = "reference", person = 2, label = "a"}, {item_id = 5, role = "model", label = "a"}, {item_id = 6, role = "reference", person = 1, label = "a"}, {item_id = 6, role = "reference", person = 2, label = "a"}, {item_id = 6, role = "model", label = "a"}, {item_id = 7, role = "reference", person = 1, label = "a"}, {item_id = 7, role = "reference", person = 2, label = "a"}, {item_id = 7, role = "model", label = "a"}, {item_id = 8, role = "reference", person = 1, label = "a"}, {item_id = 8, role = "reference", person = 2, label = "a"}, {item_id = 8, role = "model", label = "a"}, {item_id = 9, role = "reference", person = 1, label = "a"}, {item_id = 9, role = "reference", person = 2, label = "a"}, {item_id = 9, role = "model", label = "a"}, {item_id = 10, role = "reference", person = 1, label = "a"}, {item_id = 10, role = "reference", person = 2, label = "a"}, {item_id = 10, role = "model", label = "a"}, {item_id = 11, role = "reference", person = 1, label = "a"}, {item_id = 11, role = "reference", person = 2, label = "a"}, {item_id = 11, role = "model", label = "a"}, {item_id = 12, role = "reference", person = 1, label = "a"}, {item_id = 12, role = "reference", person = 2, label = "a"}, {item_id = 12, role = "model", label = "a"}, {item_id = 13, role = "reference", person = 1, label = "a"}, {item_id = 13, role = "reference", person = 2, label = "a"}, {item_id = 13, role = "model", label = "a"}, {item_id = 14, role = "reference", person = 1, label = "a"}, {item_id = 14, role = "reference", person = 2, label = "b"}, {item_id = 14, role = "model", label = "b"}, {item_id = 15, role = "reference", person = 1, label = "a"}, {item_id = 15, role = "reference", person = 2, label = "b"}, {item_id = 15, role = "model", label = "b"}, {item_id = 16, role = "reference", person = 1, label = "a"}, {item_id = 16, role = "reference", person = 2, label = "b"}, {item_id = 16, role = "model", label = "b"}, {item_id = 17, role = "reference", person = 1, label = "a"}, {item_id = 17, role = "reference", person = 2, label = "b"}, {item_id = 17, role = "model", label = "b"}, {item_id = 18, role = "reference", person = 1, label = "a"}, {item_id = 18, role = "reference", person = 2, label = "b"}, {item_id = 18, role = "model", label = "b"}, {item_id = 19, role = "reference", person = 1, label = "a"}, {item_id = 19, role = "reference", person = 2, label = "b"}, {item_id = 19, role = "model", label = "b"}, {item_id = 20, role = "reference", person = 1, label = "b"}, {item_id = 20, role = "reference", person = 2, label = "a"}, {item_id = 20, role = "model", label = "b"}, {item_id = 21, role = "reference", person = 1, label = "b"}, {item_id = 21, role = "reference", person = 2, label = "a"}, {item_id = 21, role = "model", label = "b"}, {item_id = 22, role = "reference", person = 1, label = "b"}, {item_id = 22, role = "reference", person = 2, label = "a"}, {item_id = 22, role = "model", label = "b"}, {item_id = 23, role = "reference", person = 1, label = "b"}, {item_id = 23, role = "reference", person = 2, label = "a"}, {item_id = 23, role = "model", label = "b"}, {item_id = 24, role = "reference", person = 1, label = "b"}, {item_id = 24, role = "reference", person = 2, label = "a"}, {item_id = 24, role = "model", label = "b"}, {item_id = 25, role = "reference", person = 1, label = "b"}, {item_id = 25, role = "reference", person = 2, label = "a"}, {item_id = 25, role = "model", label = "b"}, {item_id = 26, role = "reference", person = 1, label = "a"}, {item_id = 26, role = "reference", person = 2, label = "a"}, {item_id = 26, role = "model", label = "b"}, {item_id = 27, role = "reference", person = 1, label = "a"}, {item_id = 27, role = "reference", person = 2, label = "a"}, {item_id = 27, role = "model", label = "b"}, {item_id = 28, role = "reference", person = 1, label = "a"}, {item_id = 28, role = "reference", person = 2, label = "a"}, {item_id = 28, role = "model", label = "b"}, {item_id = 29, role = "reference", person = 1, label = "a"}, {item_id = 29, role = "reference", person = 2, label = "a"}, {item_id = 29, role = "model", label = "b"}, {item_id = 30, role = "reference", person = 1, label = "a"}, {item_id = 30, role = "reference", person = 2, label = "a"}, {item_id = 30, role = "model", label = "b"}]
expect = [{metric = "person_advantage", estimate = -0.03333333333333333}, {metric = "advantage_probability", estimate = 0.8333333333333334}, {metric = "winning_rate_10", estimate = 0}, {metric = "winning_rate_15", estimate = 0}, {metric = "winning_rate_20", estimate = 1}]
*/
-- cells
with people as (
    select item_id, dataset, kind, model, variant, wave, person, label, count(*) over item as answers
    from labels
    where role = 'reference'
    window item as (partition by item_id, dataset, kind, model, variant, wave)
),
counts as (
    select item_id, dataset, kind, model, variant, wave, label, 1.0 * count(*) as c
    from people
    group by item_id, dataset, kind, model, variant, wave, label
),
models as (
    select l.item_id, l.dataset, l.kind, l.model, l.variant, l.wave, l.label, coalesce(c.c, 0) as c
    from labels l
    left join counts c using (item_id, dataset, kind, model, variant, wave, label)
    where l.role = 'model'
),
-- Others who said what the person said, and others who said what the model said.
scores as (
    select p.item_id, p.dataset, p.kind, p.model, p.variant, p.wave, p.person, c.c - 1 as person_score,
           m.c - case when p.label = m.label then 1 else 0 end as model_score
    from people p
    join counts c using (item_id, dataset, kind, model, variant, wave, label)
    join models m on m.item_id = p.item_id and m.dataset = p.dataset and m.kind = p.kind and m.model = p.model
         and m.variant = p.variant and m.wave = p.wave
    where p.answers > 1 and p.person is not null
)
select item_id, dataset, kind, model, variant, wave, person, 1.0 as n,
       case when model_score >= person_score then 1.0 else 0.0 end as model_wins,
       case when person_score > model_score then 1.0 when model_score > person_score then -1.0 else 0.0 end as d,
       case when person_score <> model_score then 1.0 else 0.0 end as dd
from scores
-- estimate
with persons as (
    select replicate, dataset, kind, model, variant, wave, person,
           sum(n) as n, sum(model_wins) as model_wins, sum(d) as d, sum(dd) as dd
    from cells
    group by replicate, dataset, kind, model, variant, wave, person
),
margins as (
    select 'winning_rate_10' as metric, 0.10 as epsilon
    union all select 'winning_rate_15', 0.15
    union all select 'winning_rate_20', 0.20
),
-- A test for each person, once for those with the same counts.
counts as (
    select distinct n, d, dd from persons where n > 1
),
spreads as (
    select n, d, dd, metric, d / n - epsilon as gap, sqrt(greatest(dd - d * d / n, 0) / (n - 1) / n) as error
    from counts, margins
),
statistics as (
    select n, d, dd, metric, gap, n - 1 as v, case when error > 1e-9 then -gap / error end as t from spreads
),
-- Beyond 100 answers t is turned into a normal score (Wallace 1959), to three digits: few tails are to be looked up.
scores as (
    select n, d, dd, metric, gap, case when v > 100 then 1e9 else v end as freedom,
           case when v > 100 then round(sign(t) * (8 * v + 1) / (8 * v + 3) * sqrt(v * ln(1 + t * t / v)), 3)
                else t end as score
    from statistics
),
tails as (
    select score, freedom, student_t_sf(score, freedom) as p
    from (select distinct score, freedom from scores where score is not null)
),
tests as (
    select n, d, dd, metric, case when score is null then case when gap < 0 then 0.0 else 1.0 end else p end as p
    from scores left join tails using (score, freedom)
),
ranked as (
    select replicate, dataset, kind, model, variant, wave, metric, p, row_number() over (who order by p) as place,
           count(*) over who as m
    from persons join tests using (n, d, dd)
    window who as (partition by replicate, dataset, kind, model, variant, wave, metric)
),
-- Of m persons the i-th smallest p must be at most 0.05 i / m / (1 + 1/2 + … + 1/m); all before the last that is, pass.
harmonic as (
    select *, sum(1.0 / place) over (partition by replicate, dataset, kind, model, variant, wave, metric) as h
    from ranked
)
select replicate, dataset, kind, model, variant, wave, 'person_advantage' as metric, avg(d / n) as estimate
from persons
where n > 0
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, 'advantage_probability', avg(model_wins / n)
from persons
where n > 0
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, metric,
       1.0 * max(case when p <= 0.05 * place / m / h then place else 0 end) / max(m)
from harmonic
group by replicate, dataset, kind, model, variant, wave, metric
