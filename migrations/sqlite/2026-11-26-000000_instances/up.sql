-- Instances can be restored now: those that were added before must not say otherwise.
UPDATE resources SET restore_refused = NULL WHERE kind = 'supabase';
