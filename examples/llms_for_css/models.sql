-- examples/llms_for_css/models.sql
-- What thirteen models answered. A line is the number of an item in test.json, its gold label, and the answer; the lines
-- are not in order where items were asked again, so the number joins them and not the place. Answers that begin with
-- &&& are the padding of a run that failed, and so is the empty file of text-ada-001 (semeval_stance).
-- roberta, a classifier fine-tuned on the people's labels, is no model that was asked, and is left out.
with files as (
    select parse_path(filename)[-2] as task, replace(parse_filename(filename), 'answer-', '') as model,
           unnest(string_split(content, e'\n')) as line
    from read_text('data/task_labels/llms_for_css/*/answer-*')
    where filename not like '%roberta'
),
answers as (
    select task, model, string_split(line, e'\t')[1]::integer as place, trim(string_split(line, e'\t')[3]) as answer
    from files where line <> ''
),
tests as (
    select parse_path(filename)[-2] as task, json_keys(content::json -> 'labels') as keys
    from read_text('data/task_labels/llms_for_css/*/test.json')
),
names(task, answer, label) as (
    values ('emotion', 'a', 'Fear'), ('emotion', 'b', 'Anger'), ('emotion', 'c', 'Joy'), ('emotion', 'd', 'Sadness'),
           ('emotion', 'e', 'Love'), ('emotion', 'f', 'Surprise'),
           ('implicit_hate', 'a', 'White Grievance'), ('implicit_hate', 'b', 'Incitement'),
           ('implicit_hate', 'c', 'Inferiority'), ('implicit_hate', 'd', 'Irony'),
           ('implicit_hate', 'e', 'Stereotypes'), ('implicit_hate', 'f', 'Threatening'),
           ('persuasion', 'true', 'True'), ('persuasion', 'false', 'False'),
           ('semeval_stance', 'a', 'Against'), ('semeval_stance', 'b', 'Favor'), ('semeval_stance', 'c', 'None'),
           ('wiki_politeness', 'a', 'Polite'), ('wiki_politeness', 'b', 'Neutral'), ('wiki_politeness', 'c', 'Impolite')
)
select a.task as dataset, t.keys[a.place + 1] as item, 'llm' as kind, a.model, n.label
from answers a
join tests t using (task)
left join names n on n.task = a.task and n.answer = lower(a.answer)
