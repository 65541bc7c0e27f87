-- The answers of people (rows without a model) and of three versions of a model to tasks that people wrote.
select item, 'user_oriented' as dataset, instruction as field_instruction, input as field_input,
       case when model is null then 'human' else 'llm' end as kind, model,
       case when model is null then 'authors' end as annotator,
       case when output is not null then instruction end as instruction,
       case when output is not null then input end as input, output, app as meta_app
from read_csv('answers.csv', all_varchar = true, header = true)
