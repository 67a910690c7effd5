ALTER DATABASE :"db" OWNER TO "shop owner";
REVOKE CONNECT ON DATABASE :"db" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"db" TO app WITH GRANT OPTION;
SET ROLE app; GRANT CONNECT ON DATABASE :"db" TO readers; RESET ROLE;
COMMENT ON DATABASE :"db" IS E'the shop''s\tdatabase';
ALTER DATABASE :"db" CONNECTION LIMIT 33;
ALTER DATABASE :"db" SET search_path = public, "we ird";
ALTER DATABASE :"db" SET app.secret = 'a=b, ''c''';
ALTER ROLE app IN DATABASE :"db" SET work_mem = '8MB';
