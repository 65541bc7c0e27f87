-- The seed tasks of Self-Instruct (Wang et al. 2023), https://github.com/yizhongw/self-instruct, Apache-2.0.
-- Each has one instance; were there several, each would be an item of the task's cluster.
with seeds as (
    select id, name, is_classification, instruction, unnest(instances) as instance,
           generate_subscripts(instances, 1) as place
    from read_json('data/instructions/self_instruct/seed_tasks.jsonl', format = 'newline_delimited')
)
select id || case when place > 1 then '_' || place else '' end as item, 'seed_tasks' as dataset, id as cluster,
       instruction as field_instruction, nullif(trim(instance.input), '') as field_input,
       'human' as kind, 'authors' as annotator, instruction, instance.input as input, instance.output as output,
       name as meta_name, is_classification as meta_is_classification
from seeds
