-- 805 pairs for each of four comparisons; one is judged under two prompts. `a` is the baseline's answer.
-- From tatsu-lab/alpaca_eval (code Apache-2.0, data CC BY-NC 4.0: not for commercial use).
with files as (
    select unnest(content::json[]) as told, filename
    from read_text('data/preferences/alpaca_eval_annotations/*__annotations.json')
),
annotations as (
    select told ->> 'instruction' as instruction, told ->> 'output_1' as a, told ->> 'output_2' as b,
           told ->> 'generator_1' as model_a, told ->> 'generator_2' as model_b, told ->> 'annotator' as annotator,
           told ->> 'dataset' as part_of, (told ->> 'preference')::double as preference
    from files
)
-- 1 and 2 name the answer, 1.5 is a tie; 0 (five times) and nothing (three times) are no usable answer.
select 'alpaca_eval ' || model_b || ' vs ' || model_a as dataset, md5(instruction)[:12] as item,
       'llm' as kind, 'gpt-4' as model, annotator as variant,
       instruction, a, b, model_a, model_b, part_of as meta_dataset,
       case preference when 1 then 'a' when 2 then 'b' when 1.5 then 'tie' end as choice
from annotations
