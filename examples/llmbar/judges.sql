-- What each judge preferred, asked with the outputs as given and swapped; null where it named none.
-- From princeton-nlp/LLMBar (MIT). A winner is the output's number in the dataset, whatever the order shown.
with results as (
    select parse_path(filename)[-5] as subset, parse_path(filename)[-3] as judge, content::json as told
    from read_text('data/preferences/llmbar/**/result.json')
),
pairs as (
    select subset, judge, unnest(told::json[]) as pair, unnest(range(json_array_length(told)::bigint)) as place from results
),
orders(answer_order, asked, first) as (values ('given', 'swap = False', 'a'), ('swapped', 'swap = True', 'b')),
verdicts as (
    select subset, judge, place, answer_order, first,
           case pair -> 'results' -> 0 -> asked ->> 'winner' when '1' then 'a' when '2' then 'b' end as choice
    from pairs, orders
)
select 'llmbar ' || lower(subset) as dataset, 'llm' as kind, lower(judge) as model,
       'answer_order=' || answer_order as variant, lpad(place::varchar, 3, '0') as item, choice,
       case when choice = first then 1 when choice is not null then 2 end as shown_at
from verdicts
