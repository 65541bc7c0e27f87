-- One text a row; label 0 is a person, 1 is ChatGPT. The key is the line's number.
-- Origin: suu990901/chatgpt-comparison-detection-HC3-Plus, val_hc3_si (Su and others, 2023); no licence stated for
-- this part [HC3: CC BY-SA 4.0]: look, do not ship. The two equal texts are one cluster.
with lines as (
    -- Texts hold U+2028 and U+0085: a line ends at \n alone.
    select unnest(string_split(rtrim(content, chr(10)), chr(10))) as line,
           generate_subscripts(string_split(rtrim(content, chr(10)), chr(10)), 1) as place
    from read_text('data/free_form_text/hc3_plus/val_hc3_si.jsonl')
),
rows as (
    select place, line::json ->> '$.text' as said, (line::json ->> '$.label')::int as label from lines
)
select place as item, 'translation, summary or paraphrase' as sort, md5(said) as cluster, case label when 0 then 'human' else 'llm' end as kind,
       case label when 1 then 'chatgpt' end as model, case label when 1 then 'published' end as variant, said as text
from rows
