-- The same games as models played them, from the sessions' records, yutxie/ChatGPT-Behavioral@69ec557, MIT.
--
-- Which game a session is, is read off what was asked and not off the file's name: ultimatum_1_gpt4_….json holds 30
-- more sessions of the dictator game and no offer. Which model it was is what the responses say.
--
-- The number is the one in brackets, as the prompt asks; of several in brackets the one that is given or offered to
-- the other, where the words say so; else the answer could not be used (refusals, "[$40/$60]", an empty reply).
with files as (
    select parse_filename(filename, true) as file, content::json as record
    from read_text('data/simulations/chatgpt_behavioral/records/*.json')
    where parse_filename(filename) not like 'bigfive%' and parse_filename(filename) not like '%occupations%'
),
sessions as (
    select file, unnest(record -> '$.messages[*]') as messages, unnest(record -> '$.responses[*]') as responses,
           generate_subscripts(record -> '$.messages[*]', 1) as n
    from files
),
answers as (
    select file, n, responses ->> '$[0].model' as model, messages ->> '$[3].content' as asked,
           replace(messages ->> '$[4].content', ',', '') as text
    from sessions
),
games as (
    select *,
           case when asked like '%simply receives your choice%' then 'dictator'
                when asked like '%You are the Proposer%' then 'proposer'
                when asked like '%You are the Responder%' then 'responder' end as as_role,
           list_distinct(regexp_extract_all(text, '\[\s*\$?(\d+(?:\.\d+)?)\s*\]', 1)) as marked,
           coalesce(
               nullif(regexp_extract(text, '(?i)(?:give|offer|propose)[^.\[]{0,60}\[\s*\$?(\d+(?:\.\d+)?)\s*\]', 1), ''),
               nullif(regexp_extract(
                   text, '(?i)\[\s*\$?(\d+(?:\.\d+)?)\s*\] (?:to|for) (?:the )?(?:other|responder)', 1), '')) as given
    from answers
),
numbers as (
    select *, try_cast(case when len(marked) = 1 then marked[1]
                            when len(marked) = 2 and as_role <> 'responder' then given end as double) as number
    from games
)
select as_role as item, 'money games' as dataset, 'llm' as kind, model, 'records' as variant,
       row_number() over (partition by model, as_role order by file, n) - 1 as sample,
       case when number between 0 and 100 then as_role end as as_role,
       case when number between 0 and 100 then number end as number,
       case when number between 0 and 100 then nullif(trim(text), '') end as text
from numbers
