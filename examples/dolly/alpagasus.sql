-- The tasks of Dolly (Databricks, CC BY-SA 3.0) that AlpaGasus kept after ChatGPT had graded them,
-- https://github.com/gpt4life/alpagasus. Some stand there twice, so the place is the key.
with tasks as (
    select row_number() over () as place, *
    from read_json('data/instructions/alpagasus/dolly_3k.json')
)
select 'dolly_3k_' || place as item, 'dolly_alpagasus' as dataset, instruction as field_instruction,
       nullif(trim(input), '') as field_input, 'human' as kind, instruction, nullif(trim(input), '') as input, output,
       category as meta_category
from tasks
