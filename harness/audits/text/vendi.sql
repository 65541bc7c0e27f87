/*
title     = "Vendi score"
question  = "How many unlike texts are the model's worth, against as many of people?"
relation  = "texts"
range     = [-inf, inf]
unit      = "log2 of the ratio of Vendi scores, model over people"
worse     = "down"
warn      = 0.1
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
resample  = "halves"
features  = ["embedding"]
describes = ["vendi_model", "vendi_people"]
reference = "Friedman and Dieng 2023 (arXiv 2210.02410), order 1, with the cosine of sentence vectors (Reimers and Gurevych 2019, arXiv 1908.10084)"
notes     = "The Vendi score is 1 where all texts mean the same, and the number of texts where no two have anything in common. -1 is half as many as people, -0.1 seven in a hundred fewer. It grows with the number of texts: both sides have as many, one of an item. Where the two sides share no items, a side with fewer topics has the lower score, whoever wrote. A vector reads the first 256 word pieces."
[example]
given  = [{item_id = 1, role = "model", fold = 0, text_embedding = [1.0, 0.0]}, {item_id = 2, role = "model", fold = 0, text_embedding = [1.0, 0.0]}, {item_id = 1, role = "reference", fold = 0, text_embedding = [1.0, 0.0]}, {item_id = 2, role = "reference", fold = 0, text_embedding = [0.0, 1.0]}, {item_id = 3, role = "reference", fold = 0, text_embedding = [0.0, 1.0]}]
expect = [{metric = "vendi", estimate = -1.0}, {metric = "vendi_model", estimate = 1.0}, {metric = "vendi_people", estimate = 2.0}]
*/
-- estimate
with units as (
    select replicate, dataset, kind, model, variant, wave, role, fold, item_id, text_embedding as vector
    from texts
    where len(text_embedding) > 0
),
numbered as (
    select *, row_number() over (partition by replicate, dataset, kind, model, variant, wave, role order by item_id, vector) as place
    from units
),
sizes as (
    select replicate, dataset, kind, model, variant, wave, role, count(*) as size from numbered group by replicate, dataset, kind, model, variant, wave, role
),
least as (
    select replicate, dataset, kind, model, variant, wave, min(size) as size from sizes group by replicate, dataset, kind, model, variant, wave having count(*) = 2
),
scores as (
    select replicate, dataset, kind, model, variant, wave,
           vendi(list(vector order by item_id, vector) filter (where role = 'model')) as of_model,
           vendi(list(vector order by item_id, vector) filter (where role = 'reference')) as of_people
    from numbered
    join least using (replicate, dataset, kind, model, variant, wave)
    where place <= size
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'vendi' as metric, log2(of_model / of_people) as estimate from scores
union all
select replicate, dataset, kind, model, variant, wave, 'vendi_model', of_model from scores
union all
select replicate, dataset, kind, model, variant, wave, 'vendi_people', of_people from scores
