-- Everything Zelo keeps. The same tables on SQLite and PostgreSQL; only the
-- triggers at the end differ. Times are UTC, ids are made by Zelo, JSON is text.
-- No default asks the server for the time.

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    password_hash TEXT,
    is_admin BOOLEAN NOT NULL,
    locale TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    disabled_at TIMESTAMP
);
CREATE UNIQUE INDEX users_name ON users (name);
CREATE UNIQUE INDEX users_email ON users (email);

-- A sign-in link opens one session, once. Without a user: the person at the
-- terminal that started Zelo.
CREATE TABLE sign_in_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY NOT NULL,
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE tokens (
    id TEXT PRIMARY KEY NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    used_at TIMESTAMP,
    revoked_at TIMESTAMP
);
CREATE UNIQUE INDEX tokens_hash ON tokens (token_hash);
CREATE INDEX tokens_user ON tokens (user_id);

CREATE TABLE projects (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX projects_name ON projects (name);

CREATE TABLE memberships (
    project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'owner')),
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE hosts (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    sealed TEXT,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX hosts_name ON hosts (name);

CREATE TABLE stores (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    location TEXT NOT NULL,
    sealed TEXT,
    created_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX stores_name ON stores (name);

CREATE TABLE resources (
    id TEXT PRIMARY KEY NOT NULL,
    project_id TEXT REFERENCES projects (id),
    host_id TEXT REFERENCES hosts (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    identity TEXT NOT NULL,
    access TEXT NOT NULL,
    sealed TEXT,
    restore_refused TEXT,
    state TEXT NOT NULL CHECK (state IN ('ok', 'missing')),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP,
    deleted_at TIMESTAMP
);
CREATE UNIQUE INDEX resources_identity ON resources (identity) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX resources_name ON resources (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX resources_kind ON resources (kind, state);

-- operation_id and parent_id may name operations of another Zelo, or of a
-- database that was lost: backups come back from their manifests alone.
CREATE TABLE backups (
    id TEXT PRIMARY KEY NOT NULL,
    resource_id TEXT NOT NULL REFERENCES resources (id),
    store_id TEXT NOT NULL REFERENCES stores (id),
    path TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('manual', 'scheduled', 'safety', 'uploaded')),
    state TEXT NOT NULL CHECK (state IN ('complete', 'corrupt', 'trashed', 'missing')),
    name TEXT,
    note TEXT,
    operation_id TEXT NOT NULL,
    parent_id TEXT,
    taken_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP NOT NULL,
    stored_bytes BIGINT NOT NULL,
    raw_bytes BIGINT NOT NULL,
    marker TEXT,
    pinned BOOLEAN NOT NULL,
    verified_at TIMESTAMP,
    problem TEXT,
    trashed_from TEXT,
    keep_until TIMESTAMP,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX backups_resource ON backups (resource_id, taken_at, id);
CREATE INDEX backups_origin ON backups (resource_id, origin, state, taken_at);
CREATE INDEX backups_taken ON backups (taken_at, id);
CREATE INDEX backups_state ON backups (state, keep_until);
CREATE INDEX backups_operation ON backups (operation_id);
CREATE UNIQUE INDEX backups_place ON backups (store_id, path);

-- Beside the backups, so that lists of many do not read past every manifest.
CREATE TABLE manifests (
    backup_id TEXT PRIMARY KEY NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    manifest TEXT NOT NULL
);

CREATE TABLE parts (
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    stored_bytes BIGINT NOT NULL,
    raw_bytes BIGINT NOT NULL,
    raw_sha256 TEXT NOT NULL,
    files TEXT NOT NULL,
    PRIMARY KEY (backup_id, position)
);

-- Further copies; where a backup was first published stands in backups.
CREATE TABLE copies (
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    store_id TEXT NOT NULL REFERENCES stores (id),
    path TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    verified_at TIMESTAMP,
    PRIMARY KEY (backup_id, store_id)
);
CREATE INDEX copies_store ON copies (store_id);

CREATE TABLE operations (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    resource_id TEXT REFERENCES resources (id),
    project_id TEXT REFERENCES projects (id),
    backup_id TEXT,
    parent_id TEXT REFERENCES operations (id),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'rolled_back',
        'cancelled', 'needs_operator', 'resolved')),
    request TEXT NOT NULL,
    facts TEXT NOT NULL,
    plan TEXT NOT NULL,
    labels TEXT NOT NULL,
    idempotency_key TEXT,
    actor TEXT NOT NULL,
    waiver TEXT,
    fence BIGINT NOT NULL,
    runner TEXT,
    lease_until TIMESTAMP,
    cancel_at TIMESTAMP,
    cancel_by TEXT,
    progress TEXT,
    problem TEXT,
    result TEXT NOT NULL,
    resolution TEXT,
    pushed_at TIMESTAMP,
    created_at TIMESTAMP NOT NULL,
    started_at TIMESTAMP,
    ended_at TIMESTAMP
);
CREATE UNIQUE INDEX operations_idempotency ON operations (actor, idempotency_key);
CREATE INDEX operations_state ON operations (state, id);
CREATE INDEX operations_resource ON operations (resource_id, id);
CREATE INDEX operations_parent ON operations (parent_id);
CREATE INDEX operations_backup ON operations (backup_id);

CREATE TABLE operation_steps (
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed', 'undoing', 'undone',
        'undo_failed')),
    tries INTEGER NOT NULL,
    started_at TIMESTAMP,
    ended_at TIMESTAMP,
    output TEXT,
    problem TEXT,
    PRIMARY KEY (operation_id, position)
);

CREATE TABLE step_notes (
    operation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (operation_id, position, seq),
    FOREIGN KEY (operation_id, position) REFERENCES operation_steps (operation_id, position) ON DELETE CASCADE
);

CREATE TABLE step_processes (
    operation_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at TIMESTAMP NOT NULL,
    process TEXT NOT NULL,
    PRIMARY KEY (operation_id, position, seq),
    FOREIGN KEY (operation_id, position) REFERENCES operation_steps (operation_id, position) ON DELETE CASCADE
);

CREATE TABLE operation_locks (
    key TEXT PRIMARY KEY NOT NULL,
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    fence BIGINT NOT NULL
);
CREATE INDEX operation_locks_operation ON operation_locks (operation_id);

CREATE TABLE holds (
    backup_id TEXT NOT NULL REFERENCES backups (id),
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    PRIMARY KEY (backup_id, operation_id)
);
CREATE INDEX holds_operation ON holds (operation_id);

CREATE TABLE operation_logs (
    operation_id TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (operation_id, seq)
);

-- What a restore or an undo set aside.
CREATE TABLE asides (
    id TEXT PRIMARY KEY NOT NULL,
    resource_id TEXT NOT NULL REFERENCES resources (id),
    operation_id TEXT NOT NULL REFERENCES operations (id),
    item TEXT NOT NULL,
    locator TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    keep_until TIMESTAMP NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('kept', 'used', 'freed'))
);
CREATE UNIQUE INDEX asides_item ON asides (operation_id, item);
CREATE INDEX asides_state ON asides (state, keep_until);
CREATE INDEX asides_resource ON asides (resource_id, state);

CREATE TABLE proofs (
    id TEXT PRIMARY KEY NOT NULL,
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    operation_id TEXT NOT NULL REFERENCES operations (id),
    proven_at TIMESTAMP NOT NULL,
    result TEXT NOT NULL
);
CREATE INDEX proofs_backup ON proofs (backup_id, proven_at);

CREATE TABLE download_links (
    token_hash TEXT PRIMARY KEY NOT NULL,
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    actor TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX download_links_backup ON download_links (backup_id);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY NOT NULL,
    topic TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    due_at TIMESTAMP NOT NULL,
    delivered_at TIMESTAMP
);
CREATE INDEX outbox_due ON outbox (delivered_at, due_at);

CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    updated_by TEXT NOT NULL
);

-- Each row's hash covers the one before it. The triggers below refuse any
-- change; what gets past them is found by checking the chain.
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_subject ON audit (subject, seq);

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
