-- Continuations of one beginning by a person and by a model, one pair an item.
-- Origin: baoguangsheng/fast-detect-gpt, exp_gpt3to4/data (Bao and others, ICLR 2024); licence MIT.
-- Both texts begin with the prompt of about 30 tokens; the file does not say where it ends. It ends here where the
-- words first differ, after 30 words at most, and in the medical set after "Answer:". Where a model changed a
-- comma of the prompt, both sides keep the rest of it. Two pairs are equal and no longer than that: no continuation.
with files as (
    select regexp_extract(filename, '(xsum|writing|pubmed)_', 1) as dataset,
           regexp_extract(filename, '(?:xsum|writing|pubmed)_(.+)\.raw_data', 1) as model, content::json as content
    from read_text('data/free_form_text/fast_detect_gpt/*.raw_data.json')
),
pairs as (
    select f.dataset, f.model, o.key, o.value ->> '$' as original, f.content ->> ('$.sampled[' || o.key || ']') as sampled
    from files f, json_each(f.content -> '$.original') o
),
divided as (
    select *, string_split(original, ' ') as words, string_split(sampled, ' ') as others from pairs
),
counted as (
    select *,
           case when dataset = 'pubmed' then list_position(words, 'Answer:')
                else coalesce(list_position(list_transform(range(1, 31), lambda i: coalesce(words[i] = others[i], false)),
                                            false) - 1, 30) end as shared
    from divided
)
select dataset, model || '-' || key as item, md5(original) as cluster, 'human' as kind, null as model,
       array_to_string(words[:shared], ' ') as beginning,
       nullif(trim(array_to_string(words[shared + 1:], ' ')), '') as text
from counted
union all by name
select dataset, model || '-' || key as item, md5(original) as cluster, 'llm' as kind, model, 'continued' as variant,
       array_to_string(words[:shared], ' ') as beginning,
       nullif(trim(array_to_string(others[shared + 1:], ' ')), '') as text
from counted
