-- The user-oriented tasks of Self-Instruct (Wang et al. 2023), https://github.com/yizhongw/self-instruct, Apache-2.0:
-- the authors' answers, and those of five models that they asked. The predictions are in the order of the tasks
-- and hold them with a line break more, so that the place joins them.
with tasks as (
    select row_number() over () as place, id, motivation_app, instruction, instances[1].input as input,
           instances[1].output as output
    from read_json('data/instructions/self_instruct/user_oriented_instructions.jsonl', format = 'newline_delimited')
),
predictions as (
    select 'davinci' as model, row_number() over () as place, response
    from read_json('data/instructions/self_instruct/predictions/davinci_predictions.jsonl', format = 'newline_delimited')
    union all
    select 'davinci-self-instruct', row_number() over (), response
    from read_json('data/instructions/self_instruct/predictions/davinci-self-instruct_predictions.jsonl',
        format = 'newline_delimited')
    union all
    select 'text-davinci-001', row_number() over (), response
    from read_json('data/instructions/self_instruct/predictions/text-davinci-001_predictions.jsonl',
        format = 'newline_delimited')
    union all
    select 'text-davinci-002', row_number() over (), response
    from read_json('data/instructions/self_instruct/predictions/text-davinci-002_predictions.jsonl',
        format = 'newline_delimited')
    union all
    select 'text-davinci-003', row_number() over (), response
    from read_json('data/instructions/self_instruct/predictions/text-davinci-003_predictions.jsonl',
        format = 'newline_delimited')
),
answers as (
    select *, 'human' as kind, null as model, 'authors' as annotator, output as said from tasks
    union all
    select t.*, 'llm', p.model, null, p.response from tasks t join predictions p using (place)
)
select id as item, 'user_oriented' as dataset, instruction as field_instruction,
       nullif(trim(input), '') as field_input, kind, model, annotator,
       -- A response that is empty, or nothing but space, is no usable answer.
       case when trim(said, e' \t\r\n') <> '' then instruction end as instruction,
       case when trim(said, e' \t\r\n') <> '' then input end as input,
       nullif(trim(said, e' \t\r\n'), '') as output,
       motivation_app as meta_app
from answers
