-- The notes of the last day.
select id, title, created_at from public.notes where created_at > now() - interval '1 day' order by id;
