-- A thousand tasks of Dolly (Databricks, CC BY-SA 3.0) as SelectLLM published them,
-- https://github.com/minnesotanlp/select-llm: two lists of texts in one order, the prompts under headings.
with prompts as (
    select unnest(json) as prompt, generate_subscripts(json, 1) as place
    from (select (content::json)::varchar[] as json from read_text('data/instructions/select_llm/dolly/prompt_format.json'))
),
answers as (
    select unnest(json) as output, generate_subscripts(json, 1) as place
    from (select (content::json)::varchar[] as json from read_text('data/instructions/select_llm/dolly/test_gts.json'))
),
parts as (
    select place, trim(split_part(split_part(prompt, '### Input:', 1), '### Instruction:', 2), e' \t\r\n') as instruction,
           nullif(trim(split_part(split_part(prompt, '### Input:', 2), '### Response:', 1), e' \t\r\n'), '') as input
    from prompts
)
select 'dolly_' || place as item, 'dolly_select_llm' as dataset, instruction as field_instruction,
       input as field_input, 'human' as kind, instruction, input, output
from parts join answers using (place)
