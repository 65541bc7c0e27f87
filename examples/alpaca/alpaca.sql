-- 5,000 tasks of Alpaca (Taori et al. 2023), https://github.com/tatsu-lab/stanford_alpaca, CC BY-NC 4.0: made up and
-- answered by text-davinci-003, with the seed tasks of Self-Instruct as examples. Two have no output, and are kept.
with tasks as (
    select row_number() over () as place, *
    from read_json('data/instructions/stanford_alpaca/alpaca_5000.json')
)
select 'alpaca_' || place as item, 'alpaca_5000' as dataset, instruction as field_instruction,
       nullif(trim(input), '') as field_input, 'llm' as kind, 'text-davinci-003' as model,
       instruction, nullif(trim(input), '') as input, nullif(trim(output, e' \t\r\n'), '') as output
from tasks
