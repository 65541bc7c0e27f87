-- examples/llms_for_css/people.sql
-- The gold labels of five tasks, as SALT-NLP/LLMs_for_CSS@55183a64 sampled them (no licence stated): each is what
-- several people said, put together, so that one answer an item is known and people's spread is not.
with files as (
    select parse_path(filename)[-2] as task, content::json as told
    from read_text('data/task_labels/llms_for_css/*/test.json')
),
keys as (
    select task, told, unnest(json_keys(told -> 'labels')) as item from files
),
golds as (
    select task, item, told -> 'labels' ->> item as gold, told -> 'context' ->> item as context from keys
),
names(task, gold, label) as (
    values ('emotion', 'A', 'Fear'), ('emotion', 'B', 'Anger'), ('emotion', 'C', 'Joy'), ('emotion', 'D', 'Sadness'),
           ('emotion', 'E', 'Love'), ('emotion', 'F', 'Surprise'),
           ('implicit_hate', 'white_grievance', 'White Grievance'), ('implicit_hate', 'incitement', 'Incitement'),
           ('implicit_hate', 'inferiority', 'Inferiority'), ('implicit_hate', 'irony', 'Irony'),
           ('implicit_hate', 'stereotypical', 'Stereotypes'), ('implicit_hate', 'threatening', 'Threatening'),
           ('persuasion', '1.0', 'True'), ('persuasion', '0.0', 'False'),
           ('semeval_stance', 'Against', 'Against'), ('semeval_stance', 'Favor', 'Favor'),
           ('semeval_stance', 'None', 'None'),
           ('wiki_politeness', '1', 'Polite'), ('wiki_politeness', '0', 'Neutral'), ('wiki_politeness', '-1', 'Impolite')
)
select g.task as dataset, g.item, 'human' as kind, n.label, g.context as text
from golds g left join names n using (task, gold)
