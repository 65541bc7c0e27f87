-- Short answers of people to a question on a passage (one row each, in their order), and ChatGPT's answer.
-- Origin: xinleihe/MGTBench at 6ecaa6d (He and others, CCS 2024), from SQuAD 1; licence MIT.
with rows as (
    select id as item, title as cluster, context, question, chatgpt_answer,
           -- A list as Python writes it: in single quotes, or in double ones where the answer has an apostrophe.
           regexp_extract_all(regexp_extract(answers, '''text'': \[(.*)\], ''answer_start''', 1),
                              '''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*"') as quoted
    from read_csv('data/free_form_text/mgtbench/SQuAD1_chatgpt.csv', all_varchar = true, header = true)
)
select 'squad' as dataset, item, cluster, 'human' as kind, null as model, null as variant, context, question,
       replace(unnest(quoted)[2:-2], '\''', '''') as text
from rows
union all by name
select 'squad' as dataset, item, cluster, 'llm' as kind, 'chatgpt' as model, 'prompt=extract' as variant, context,
       question, chatgpt_answer as text
from rows
