-- A thousand tasks of Cleaned Alpaca (CC BY-NC 4.0) as SelectLLM published them,
-- https://github.com/minnesotanlp/select-llm: two lists of texts in one order, the prompts under headings. The
-- cleaning mended many answers, some by a later model: hence a variant of its own.
with prompts as (
    select unnest(json) as prompt, generate_subscripts(json, 1) as place
    from (
        select (content::json)::varchar[] as json
        from read_text('data/instructions/select_llm/cleaned_alpaca/prompt_format.json')
    )
),
answers as (
    select unnest(json) as output, generate_subscripts(json, 1) as place
    from (
        select (content::json)::varchar[] as json
        from read_text('data/instructions/select_llm/cleaned_alpaca/test_gts.json')
    )
),
parts as (
    select place, trim(split_part(split_part(prompt, '### Input:', 1), '### Instruction:', 2), e' \t\r\n') as instruction,
           nullif(trim(split_part(split_part(prompt, '### Input:', 2), '### Response:', 1), e' \t\r\n'), '') as input
    from prompts
)
select 'cleaned_alpaca_' || place as item, 'cleaned_alpaca' as dataset, instruction as field_instruction,
       input as field_input, 'llm' as kind, 'text-davinci-003' as model, 'cleaned' as variant, instruction, input, output
from parts join answers using (place)
