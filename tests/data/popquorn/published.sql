-- One column per model and persona → one row per answer. An answer that is no rating stays, as unusable.
with wide as (
    select instance_id, columns('^(flant5_xxl|flan_ul2|tulu2_7b|gpt35|gpt4|qwen25_7b)_(base|male|female)$')
    from read_csv('offensive_results_w2.tsv', delim = '\t', header = true, all_varchar = true)
),
long as (from wide unpivot include nulls (answer for who in (columns(* exclude instance_id))))
select instance_id as item, 'llm' as kind,
       regexp_replace(who, '_(base|male|female)$', '') as model,
       'persona=' || regexp_extract(who, '_(base|male|female)$', 1) as variant,
       case when try_cast(answer as double) in (1, 2, 3, 4, 5) then answer end as label
from long
