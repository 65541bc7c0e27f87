-- People's texts: the seeds that models were given (split base), and further texts (train, test).
-- Origin: AndersGiovanni/worker_vs_gpt (Møller and others, The Parrot Dilemma, EACL 2024); licence MIT.
-- An item is one row of a file: a few texts stand in two sets or twice in one, and such rows are one cluster.
with files as (
    select string_split(filename, '/')[-2] as dataset, string_split(string_split(filename, '/')[-1], '.')[1] as split,
           from_json(content, '["json"]') as list_of
    from read_text(['data/free_form_text/worker_vs_gpt/*/base.json', 'data/free_form_text/worker_vs_gpt/*/train.json',
                    'data/free_form_text/worker_vs_gpt/*/test.json'])
),
rows as (
    select dataset, split, unnest(range(len(list_of))) as place, unnest(list_of) as row from files
),
texts as (
    -- ten-dim marks the passage that shows the dimension (h_text): that is what models were given.
    select dataset, split, place, coalesce(row ->> '$.h_text', row ->> '$.text') as said, row ->> '$.target' as label
    from rows
)
select dataset, split, split || '-' || place as item, md5(said) as cluster, 'human' as kind,
       said as original, label, said as text
from texts
