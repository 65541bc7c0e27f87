-- Texts by people (rows without a model), and what two models made of other texts of the same classes. Each text is an
-- item of its own; rewrites of one seed are one cluster, so that they never stand on both sides.
select task as dataset, split, item, coalesce(seed, item) as cluster,
       case when model is null then 'human' else 'llm' end as kind, model, text, class as field_class
from read_csv('texts.csv', all_varchar = true, header = true)
