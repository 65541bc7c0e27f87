-- The best answer that the authors of TruthfulQA wrote, and ChatGPT's answers under three prompts, which are variants
-- of one item. What the prompts said is not in the files; they are named as the files are.
-- Origin: xinleihe/MGTBench at 6ecaa6d (He and others, CCS 2024), from TruthfulQA; licence MIT.
with rows as (
    select coalesce(regexp_extract(filename, '_(prompt\d)\.csv', 1), '') as prompt, "Category" as category,
           coalesce("Question", complete_question) as question, "Best Answer" as best, chatgpt_answer
    from read_csv('data/free_form_text/mgtbench/TruthfulQA_chatgpt*.csv', all_varchar = true, header = true,
                  union_by_name = true, filename = true)
)
select 'truthfulqa' as dataset, question as item, 'human' as kind, null as model, null as variant, question,
       category as meta_category, best as text
from rows where prompt = ''
union all by name
select 'truthfulqa' as dataset, question as item, 'llm' as kind, 'chatgpt' as model,
       'prompt=' || case prompt when '' then 'plain' else prompt end as variant, question,
       category as meta_category, chatgpt_answer as text
from rows
