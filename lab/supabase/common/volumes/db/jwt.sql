-- Runs once: a later change of .env does not reach these.
\set jwt_secret `printf %s "$JWT_SECRET"`
\set jwt_exp `printf %s "$JWT_EXP"`
alter database postgres set "app.settings.jwt_secret" to :'jwt_secret';
alter database postgres set "app.settings.jwt_exp" to :'jwt_exp';
