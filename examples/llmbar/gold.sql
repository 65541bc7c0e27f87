-- The items of six subsets with the authors' own label, on which they agreed: 419, and 200 out of MT-Bench.
-- From princeton-nlp/LLMBar (MIT).
with subsets as (
    select parse_path(filename)[-2] as subset, content::json as told
    from read_text('data/preferences/llmbar/**/dataset.json')
),
pairs as (
    select subset, unnest(told::json[]) as pair, unnest(range(json_array_length(told)::bigint)) as place from subsets
)
select 'llmbar ' || lower(subset) as dataset, 'human' as kind, 'gold' as annotator, lpad(place::varchar, 3, '0') as item,
       pair ->> 'input' as instruction, pair ->> 'output_1' as a, pair ->> 'output_2' as b,
       case pair ->> 'label' when '1' then 'a' when '2' then 'b' end as choice
from pairs
