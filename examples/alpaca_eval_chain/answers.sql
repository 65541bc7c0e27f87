-- examples/alpaca_eval_chain/answers.sql
-- The answers of ten models to the instructions of AlpacaEval, https://github.com/tatsu-lab/alpaca_eval (the data are
-- CC BY-NC 4.0), and the authors' answers of Self-Instruct to 252 of them (Apache-2.0).
-- Both sources wrote instructions by themselves: they meet when case and white space are taken out.
with files as (
    select instruction, output, generator, lower(trim(regexp_replace(instruction, '\s+', ' ', 'g'))) as normal
    from read_json('data/instructions/alpaca_eval_outputs/*__model_outputs.json')
),
versions(generator, model) as (
    values ('text_davinci_001', 'text-davinci-001'), ('text_davinci_003', 'text-davinci-003'),
           ('gpt-3.5-turbo-0301', 'gpt-3.5-turbo-0301'), ('gpt-3.5-turbo-0613', 'gpt-3.5-turbo-0613'),
           ('gpt-3.5-turbo-1106', 'gpt-3.5-turbo-1106'), ('gpt4_0314', 'gpt-4-0314'), ('gpt4_0613', 'gpt-4-0613'),
           ('gpt4_1106_preview', 'gpt-4-1106-preview'), ('gpt-4-0125-preview', 'gpt-4-0125-preview'),
           ('gpt-4o-2024-05-13', 'gpt-4o-2024-05-13')
),
-- The key is a hash of the text: one file lacks two instructions, so that places would not do.
items as (
    select normal, substr(md5(normal), 1, 12) as item, min(instruction) as instruction from files group by normal
),
people as (
    select lower(trim(regexp_replace(instruction || ' ' || instances[1].input, '\s+', ' ', 'g'))) as normal,
           instances[1].output as output
    from read_json('data/instructions/self_instruct/user_oriented_instructions.jsonl', format = 'newline_delimited')
),
answers as (
    select f.normal, 'llm' as kind, v.model, null as annotator, f.output from files f join versions v using (generator)
    union all
    select normal, 'human', null, 'authors', output from people where normal in (select normal from items)
)
select i.item, 'alpaca_eval' as dataset, i.instruction, a.kind, a.model, a.annotator,
       nullif(trim(a.output, e' \t\r\n'), '') as text
from answers a join items i using (normal)
