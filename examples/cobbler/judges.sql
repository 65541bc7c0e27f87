-- The preferences of 16 models as judges, 5,250 each. They meet the items of people.sql by their key.
-- From minnesotanlp/artifacts-of-llmgendata (no licence stated): data of Koo et al. 2023, "CoBBLEr".
with files as (
    select parse_filename(filename, true) as judge, content::json as told
    from read_text('data/preferences/artifacts_paper/cobbler/*.json')
    where parse_filename(filename, true) <> 'human'
),
authors(model, place) as (
    select unnest(list) as model, unnest(range(len(list))) as place
    from (select ['gpt4', 'vicuna', 'koala', 'llama', 'falcon', 'instructgpt', 'dolly', 'baize', 'wizardlm',
                  'chatgpt', 'alpaca', 'mpt', 'openassist', 'redpajama', 'cohere'] as list)
),
examples as (
    select judge, unnest(json_keys(told)) as example, told from files
),
ranked as (
    select judge, example, unnest((told -> example -> 'rankings')::json[]) as ranking
    from examples
    where example <> 'evaluator'
),
-- Points are won comparisons. llamav2 judged its own answers too; only the 15 that all judges saw are compared.
outputs as (
    select judge, example, ranking ->> 'model' as model, (ranking ->> 'point')::double as points, place
    from ranked join authors on authors.model = ranking ->> 'model'
)
select 'cobbler' as dataset, 'llm' as kind, a.judge as model,
       a.example || ' ' || a.model || ' ' || b.model as item,
       case when a.points > b.points then 'a' when a.points < b.points then 'b' else 'tie' end as choice
from outputs a join outputs b on b.judge = a.judge and b.example = a.example and a.place < b.place
