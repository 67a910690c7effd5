-- What the panel asks for often. The same on SQLite and PostgreSQL but for the
-- triggers at the end.

-- The name in lower case, folded by Zelo: who may be called so, and who signs in
-- by it, does not depend on the database's idea of letters.
ALTER TABLE users ADD COLUMN name_folded TEXT NOT NULL DEFAULT '';
UPDATE users SET name_folded = lower(name);
CREATE UNIQUE INDEX users_name_folded ON users (name_folded);

-- Lists are read along these in their order, and ended early. (None on the project
-- of resources: SQLite would begin there, read all backups of a project and sort.)
DROP INDEX backups_state;
CREATE INDEX backups_state ON backups (state, taken_at, id);
CREATE INDEX backups_newest ON backups (resource_id, state, taken_at, id);
CREATE INDEX backups_size ON backups (stored_bytes, id);
CREATE INDEX backups_resource_size ON backups (resource_id, stored_bytes, id);
CREATE INDEX operations_project ON operations (project_id, id);
CREATE INDEX audit_actor ON audit (actor, seq);

-- How many backups a resource has in each state, and how much of the stores those
-- take that lie there (complete and corrupt ones). Kept by the triggers below:
-- counting a hundred thousand for each page would take too long.
CREATE TABLE resource_totals (
    resource_id TEXT PRIMARY KEY NOT NULL REFERENCES resources (id) ON DELETE CASCADE,
    complete BIGINT NOT NULL,
    -- Of the complete ones, those never verified.
    unverified BIGINT NOT NULL,
    corrupt BIGINT NOT NULL,
    trashed BIGINT NOT NULL,
    missing BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);
INSERT INTO resource_totals
SELECT resource_id,
    sum(CASE WHEN state = 'complete' THEN 1 ELSE 0 END),
    sum(CASE WHEN state = 'complete' AND verified_at IS NULL THEN 1 ELSE 0 END),
    sum(CASE WHEN state = 'corrupt' THEN 1 ELSE 0 END),
    sum(CASE WHEN state = 'trashed' THEN 1 ELSE 0 END),
    sum(CASE WHEN state = 'missing' THEN 1 ELSE 0 END),
    sum(CASE WHEN state IN ('complete', 'corrupt') THEN stored_bytes ELSE 0 END)
FROM backups GROUP BY resource_id;

CREATE TRIGGER backups_counted_in AFTER INSERT ON backups
BEGIN
    INSERT INTO resource_totals VALUES (NEW.resource_id, 0, 0, 0, 0, 0, 0)
    ON CONFLICT (resource_id) DO NOTHING;
    UPDATE resource_totals SET
        complete = complete + CASE WHEN NEW.state = 'complete' THEN 1 ELSE 0 END,
        unverified = unverified + CASE WHEN NEW.state = 'complete' AND NEW.verified_at IS NULL THEN 1 ELSE 0 END,
        corrupt = corrupt + CASE WHEN NEW.state = 'corrupt' THEN 1 ELSE 0 END,
        trashed = trashed + CASE WHEN NEW.state = 'trashed' THEN 1 ELSE 0 END,
        missing = missing + CASE WHEN NEW.state = 'missing' THEN 1 ELSE 0 END,
        bytes = bytes + CASE WHEN NEW.state IN ('complete', 'corrupt') THEN NEW.stored_bytes ELSE 0 END
    WHERE resource_id = NEW.resource_id;
END;

CREATE TRIGGER backups_counted_out AFTER DELETE ON backups
BEGIN
    UPDATE resource_totals SET
        complete = complete - CASE WHEN OLD.state = 'complete' THEN 1 ELSE 0 END,
        unverified = unverified - CASE WHEN OLD.state = 'complete' AND OLD.verified_at IS NULL THEN 1 ELSE 0 END,
        corrupt = corrupt - CASE WHEN OLD.state = 'corrupt' THEN 1 ELSE 0 END,
        trashed = trashed - CASE WHEN OLD.state = 'trashed' THEN 1 ELSE 0 END,
        missing = missing - CASE WHEN OLD.state = 'missing' THEN 1 ELSE 0 END,
        bytes = bytes - CASE WHEN OLD.state IN ('complete', 'corrupt') THEN OLD.stored_bytes ELSE 0 END
    WHERE resource_id = OLD.resource_id;
END;

CREATE TRIGGER backups_counted_anew AFTER UPDATE OF resource_id, state, verified_at, stored_bytes ON backups
BEGIN
    UPDATE resource_totals SET
        complete = complete - CASE WHEN OLD.state = 'complete' THEN 1 ELSE 0 END,
        unverified = unverified - CASE WHEN OLD.state = 'complete' AND OLD.verified_at IS NULL THEN 1 ELSE 0 END,
        corrupt = corrupt - CASE WHEN OLD.state = 'corrupt' THEN 1 ELSE 0 END,
        trashed = trashed - CASE WHEN OLD.state = 'trashed' THEN 1 ELSE 0 END,
        missing = missing - CASE WHEN OLD.state = 'missing' THEN 1 ELSE 0 END,
        bytes = bytes - CASE WHEN OLD.state IN ('complete', 'corrupt') THEN OLD.stored_bytes ELSE 0 END
    WHERE resource_id = OLD.resource_id;
    INSERT INTO resource_totals VALUES (NEW.resource_id, 0, 0, 0, 0, 0, 0)
    ON CONFLICT (resource_id) DO NOTHING;
    UPDATE resource_totals SET
        complete = complete + CASE WHEN NEW.state = 'complete' THEN 1 ELSE 0 END,
        unverified = unverified + CASE WHEN NEW.state = 'complete' AND NEW.verified_at IS NULL THEN 1 ELSE 0 END,
        corrupt = corrupt + CASE WHEN NEW.state = 'corrupt' THEN 1 ELSE 0 END,
        trashed = trashed + CASE WHEN NEW.state = 'trashed' THEN 1 ELSE 0 END,
        missing = missing + CASE WHEN NEW.state = 'missing' THEN 1 ELSE 0 END,
        bytes = bytes + CASE WHEN NEW.state IN ('complete', 'corrupt') THEN NEW.stored_bytes ELSE 0 END
    WHERE resource_id = NEW.resource_id;
END;
