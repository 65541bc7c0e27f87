-- The same statements as two models rated them: 1,530 sessions each, yutxie/ChatGPT-Behavioral@69ec557, MIT.
--
-- The statement is the last line of the prompt; the answer is the number in brackets, as the prompt asks. 30 of the
-- 1,530 ask nothing (only an empty system message): they meet no statement and are left out.
with files as (
    select content::json as record
    from read_text('data/simulations/chatgpt_behavioral/records/bigfive_*.json')
),
sessions as (
    select unnest(record -> '$.messages[*]') as messages, unnest(record -> '$.responses[*]') as responses,
           generate_subscripts(record -> '$.messages[*]', 1) as n
    from files
),
answers as (
    select n, responses ->> '$[0].model' as model, messages ->> '$[2].content' as text,
           trim(string_split(trim(messages ->> '$[1].content', E' \n'), chr(10))[-1]) as statement
    from sessions
),
statements as (
    select column0 as item, column1 as statement
    from read_csv('data/simulations/chatgpt_behavioral/bigfive.tsv', delim = '\t', header = false, all_varchar = true)
)
select s.item, 'big five' as dataset, 'llm' as kind, a.model, 'records' as variant,
       row_number() over (partition by a.model, s.item order by a.n) - 1 as sample, left(s.item, 1) as cluster,
       nullif(regexp_extract(a.text, '\[([1-5])\]', 1), '') as label
from answers a join statements s using (statement)
