-- One preference of people and one of GPT-3 for each of 5,000 pairs; the two files are in one order.
-- From minnesotanlp/artifacts-of-llmgendata (no licence stated): data of Kim et al. 2023, "P2C".
with people as (
    select row_number() over () as line, *
    from read_csv('data/preferences/artifacts_paper/p2c_subjective_pref_preferences.csv',
                  all_varchar = true, header = true, parallel = false)
),
gpt3 as (
    select row_number() over () as line, *
    from read_csv('data/preferences/artifacts_paper/p2c_generative_pref_preferences.csv',
                  all_varchar = true, header = true, parallel = false)
),
said as (
    select line, output1, output2, 'human' as kind, null as model, target from people
    union all
    select line, output1, output2, 'llm', 'gpt-3', target from gpt3
)
-- 0, 1 and 2 as the notebook of Das et al. 2024 reads them. P2C's own training code has 1 for the first sentence,
-- and by all signs people's file follows that.
select 'p2c' as dataset, lpad(line::varchar, 4, '0') as item, kind, model, output1 as a, output2 as b,
       case target when '0' then 'a' when '1' then 'b' when '2' then 'tie' end as choice
from said
