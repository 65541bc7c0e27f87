-- People's 882 judgments of 620 pairs, and GPT-4's one of each pair.
-- From minnesotanlp/artifacts-of-llmgendata (no licence stated; MT-Bench itself is CC BY 4.0).
with judgments as (
    select question_id || ' ' || model_a || ' ' || model_b as pair, *
    from read_csv('data/preferences/artifacts_paper/mtbench-gpt4-human-pref.csv', all_varchar = true, header = true)
),
items as (
    -- Two answers are empty in the source.
    select distinct on (pair) pair, question_id, model_a, model_b, gpt4_model,
           coalesce(conversation_a, '') as a, coalesce(conversation_b, '') as b
    from judgments
    order by pair
),
said as (
    select pair, 'human' as kind, human_info as annotator, null as model, human_model as verdict from judgments
    union all
    select pair, 'llm', null, 'gpt-4', gpt4_model from items
)
select 'mtbench' as dataset, pair as item, question_id as cluster, kind, annotator, model,
       a, b, model_a, model_b,
       case verdict
           when 'model_a' then 'a'
           when 'model_b' then 'b'
           when 'tie' then 'tie'
           -- GPT-4 was asked in both orders and preferred another answer in each. The authors count that as a tie.
           when 'tie (inconsistent)' then 'tie'
       end as choice,
       gpt4_model as meta_gpt4
from said join items using (pair)
