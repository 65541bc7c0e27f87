-- Rewrites by GPT-4 and Llama-2-70B, each to the item of its seed; sample counts those of one seed in their order.
-- Origin and licence as in people.sql. Llama-2 says a third of its rewrites more than once: they are kept.
with files as (
    select string_split(filename, '/')[-2] as dataset, regexp_extract(filename, 'balanced_(.+)_augmented', 1) as model,
           from_json(content, '["json"]') as list_of
    from read_text(['data/free_form_text/worker_vs_gpt/*/base.json',
                    'data/free_form_text/worker_vs_gpt/*/balanced_*_augmented.json'])
),
rows as (
    select dataset, model, unnest(range(len(list_of))) as place, unnest(list_of) as row from files
),
texts as (
    select dataset, model, place, coalesce(row ->> '$.h_text', row ->> '$.text') as seed,
           coalesce(row ->> '$.augmented_h_text', row ->> '$.augmented_text') as said
    from rows
),
seeds as (
    select dataset, 'base-' || place as item, seed from texts where model = ''
)
select t.dataset, s.item, 'llm' as kind, t.model, 'balanced' as variant,
       row_number() over (partition by t.dataset, t.model, s.item order by t.place) - 1 as sample, t.said as text
from texts t join seeds s on s.dataset = t.dataset and s.seed = t.seed
where t.model <> ''
