/*
title     = "MAUVE"
question  = "How far from people's texts are the model's, as two clouds of meanings, beyond how far people's halves are from each other?"
relation  = "texts"
range     = [-1, 1]
unit      = "MAUVE with people's texts, model minus other people's texts"
worse     = "down"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
resample  = "halves"
splits    = 8
halves    = 24
features  = ["embedding"]
describes = ["mauve_model", "mauve_people"]
reference = "Pillutla et al. 2021 (arXiv 2102.01454): area under the divergence frontier of histograms over k-means buckets, scaling 5"
notes     = "MAUVE is 1 where two sets of texts spread alike over meanings. Of a finite set it stays below 1 even then, the more so the fewer texts: so the model's texts and other people's texts are each held against people's texts, of other items, at one size; the difference has 0 where the model writes as people do. Vectors are those of the extractor embedding and not of GPT-2 as published: values cannot be compared with printed ones. Needs several hundred items: a half of them is parted in two again, and each bucket should hold ten texts or so. What is left of the variance in the mean over so many draws is too little to be told: the standard error is kept two to three times as large as it is, and where nothing differs nothing is found. Of 60 items it is 0.03 or so, of 300 less than 0.01. Where the two sides share no items, unlike topics pass for unlike writing."
[example]
given  = [{item_id = 1, role = "model", fold = 0, text_embedding = [1.0, 0.0]}, {item_id = 2, role = "model", fold = 1, text_embedding = [1.0, 0.0]}, {item_id = 3, role = "model", fold = 0, text_embedding = [1.0, 0.0]}, {item_id = 4, role = "model", fold = 1, text_embedding = [1.0, 0.0]}, {item_id = 1, role = "reference", fold = 0, text_embedding = [1.0, 0.0]}, {item_id = 2, role = "reference", fold = 1, text_embedding = [1.0, 0.0]}, {item_id = 3, role = "reference", fold = 0, text_embedding = [0.0, 1.0]}, {item_id = 4, role = "reference", fold = 1, text_embedding = [0.0, 1.0]}]
expect = [{metric = "mauve", estimate = -0.7218862746327597}, {metric = "mauve_model", estimate = 0.27811372536724027}, {metric = "mauve_people", estimate = 1.0}]
*/
-- estimate
with units as (
    select replicate, dataset, kind, model, variant, wave, role, fold, item_id, text_embedding as vector
    from texts
    where len(text_embedding) > 0
),
numbered as (
    select *, row_number() over (partition by replicate, dataset, kind, model, variant, wave, role, fold order by item_id, vector) as place
    from units
),
sizes as (
    select replicate, dataset, kind, model, variant, wave, role, fold, count(*) as size from numbered group by replicate, dataset, kind, model, variant, wave, role, fold
),
-- All four groups at one size: a larger one covers more.
least as (
    select replicate, dataset, kind, model, variant, wave, min(size) as size from sizes group by replicate, dataset, kind, model, variant, wave having count(*) = 4
),
sides as (
    select replicate, dataset, kind, model, variant, wave,
           list(vector order by item_id, vector) filter (where role = 'model' and fold = 1) as model_1,
           list(vector order by item_id, vector) filter (where role = 'reference' and fold = 1) as people_1,
           list(vector order by item_id, vector) filter (where role = 'reference' and fold = 0) as people_0
    from numbered
    join least using (replicate, dataset, kind, model, variant, wave)
    where place <= size
    group by replicate, dataset, kind, model, variant, wave
),
scores as (
    select replicate, dataset, kind, model, variant, wave, mauve(model_1, people_0) as of_model, mauve(people_1, people_0) as of_people
    from sides
)
select replicate, dataset, kind, model, variant, wave, 'mauve' as metric, of_model - of_people as estimate from scores
union all
select replicate, dataset, kind, model, variant, wave, 'mauve_model', of_model from scores
union all
select replicate, dataset, kind, model, variant, wave, 'mauve_people', of_people from scores
