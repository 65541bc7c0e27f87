/*
title     = "Coverage of topics"
question  = "How much of what people ask for do the model's tasks come near to, against what other people's tasks come near to?"
relation  = "instructions"
range     = [-1, 1]
unit      = "share of tasks, model minus other people"
worse     = "down"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
pairing   = "auto"
resample  = "halves"
splits    = 8
features  = ["embedding"]
describes = ["coverage_model", "coverage_people", "precision_model", "precision_people"]
lacking   = "it takes tasks that were made up: in a study of answers (makes = \"answers\") both sides were given the instruction"
reference = "coverage: Naeem et al. 2020 (arXiv 2002.09797), five neighbours; precision after Kynkäänniemi et al. 2019 (arXiv 1904.06991), in the same direction of their names"
notes     = "topic_coverage: a task of people is covered if another task is at least as near to it as its fifth-nearest task among people's; the share that the model's tasks cover, less the share that as many tasks of other people do (about 0.97). Below 0, kinds of tasks that people have are missing from the model's. topic_precision: the share of the model's tasks that lie within such reach of some task of people, less other people's share: below 0 the model asks for what nobody asks for. All groups have one size, and of one item only one side stands. The standard error is kept at what so many draws can tell, up to twice as large as it is. Items whose instruction both sides were given are left out, so a study of answers is not run."
[example]
given  = [{item_id = 1, role = "model", fold = 0, instruction = "a", instruction_embedding = [1.0, 0.0]}, {item_id = 2, role = "model", fold = 1, instruction = "b", instruction_embedding = [0.6, -0.8]}, {item_id = 3, role = "model", fold = 0, instruction = "c", instruction_embedding = [1.0, 0.0]}, {item_id = 4, role = "model", fold = 1, instruction = "d", instruction_embedding = [-1.0, 0.0]}, {item_id = 5, role = "model", fold = 0, instruction = "e", instruction_embedding = [1.0, 0.0]}, {item_id = 6, role = "model", fold = 1, instruction = "f", instruction_embedding = [-1.0, 0.0]}, {item_id = 1, role = "reference", fold = 0, instruction = "g", instruction_embedding = [1.0, 0.0]}, {item_id = 2, role = "reference", fold = 1, instruction = "h", instruction_embedding = [1.0, 0.0]}, {item_id = 3, role = "reference", fold = 0, instruction = "i", instruction_embedding = [0.8, 0.6]}, {item_id = 4, role = "reference", fold = 1, instruction = "j", instruction_embedding = [0.8, 0.6]}, {item_id = 5, role = "reference", fold = 0, instruction = "k", instruction_embedding = [0.6, 0.8]}, {item_id = 6, role = "reference", fold = 1, instruction = "l", instruction_embedding = [0.6, 0.8]}]
expect = [{metric = "topic_coverage", estimate = -0.6666666666666667}, {metric = "topic_precision", estimate = -0.6666666666666667}, {metric = "coverage_model", estimate = 0.3333333333333333}, {metric = "coverage_people", estimate = 1.0}, {metric = "precision_model", estimate = 0.3333333333333333}, {metric = "precision_people", estimate = 1.0}]
*/
-- estimate
with given as (
    -- Where both sides have the one instruction of the item, it was given and not made up.
    select replicate, dataset, kind, model, variant, wave, item_id, min(instruction) as task
    from instructions
    group by replicate, dataset, kind, model, variant, wave, item_id
    having count(distinct role) = 2 and min(instruction) = max(instruction)
),
units as (
    select replicate, dataset, kind, model, variant, wave, role, fold, item_id, instruction_embedding as vector
    from instructions
    left join given using (replicate, item_id, dataset, kind, model, variant, wave)
    where task is null and len(instruction_embedding) > 0
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
    select replicate, dataset, kind, model, variant, wave,
           coverage(model_1, people_0) as m_coverage, coverage(people_1, people_0) as r_coverage,
           in_reach(model_1, people_0) as m_precision, in_reach(people_1, people_0) as r_precision
    from sides
)
select replicate, dataset, kind, model, variant, wave, 'topic_coverage' as metric, m_coverage - r_coverage as estimate from scores
union all
select replicate, dataset, kind, model, variant, wave, 'topic_precision', m_precision - r_precision from scores
union all
select replicate, dataset, kind, model, variant, wave, 'coverage_model', m_coverage from scores
union all
select replicate, dataset, kind, model, variant, wave, 'coverage_people', r_coverage from scores
union all
select replicate, dataset, kind, model, variant, wave, 'precision_model', m_precision from scores
union all
select replicate, dataset, kind, model, variant, wave, 'precision_people', r_precision from scores
