//! The tables as diesel sees them: what `migrations/` makes, on both databases.

use diesel::{allow_tables_to_appear_in_same_query, joinable, table};

table! {
    users (id) {
        id -> Text,
        name -> Text,
        name_folded -> Text,
        email -> Nullable<Text>,
        password_hash -> Nullable<Text>,
        is_admin -> Bool,
        locale -> Text,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
    }
}

table! {
    sign_in_links (token_hash) {
        token_hash -> Text,
        user_id -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

table! {
    sessions (token_hash) {
        token_hash -> Text,
        user_id -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

table! {
    tokens (id) {
        id -> Text,
        user_id -> Text,
        name -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

table! {
    memberships (project_id, user_id) {
        project_id -> Text,
        user_id -> Text,
        role -> Text,
        created_at -> Timestamp,
    }
}

table! {
    projects (id) {
        id -> Text,
        name -> Text,
        created_at -> Timestamp,
    }
}

table! {
    hosts (id) {
        id -> Text,
        name -> Text,
        address -> Text,
        sealed -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

table! {
    stores (id) {
        id -> Text,
        name -> Text,
        kind -> Text,
        location -> Text,
        sealed -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

table! {
    resources (id) {
        id -> Text,
        project_id -> Nullable<Text>,
        host_id -> Nullable<Text>,
        kind -> Text,
        name -> Text,
        identity -> Text,
        access -> Text,
        sealed -> Nullable<Text>,
        restore_refused -> Nullable<Text>,
        state -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        seen_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
    }
}

table! {
    backups (id) {
        id -> Text,
        resource_id -> Text,
        store_id -> Text,
        path -> Text,
        origin -> Text,
        state -> Text,
        name -> Nullable<Text>,
        note -> Nullable<Text>,
        operation_id -> Text,
        parent_id -> Nullable<Text>,
        taken_at -> Timestamp,
        finished_at -> Timestamp,
        stored_bytes -> BigInt,
        raw_bytes -> BigInt,
        marker -> Nullable<Text>,
        pinned -> Bool,
        verified_at -> Nullable<Timestamp>,
        problem -> Nullable<Text>,
        trashed_from -> Nullable<Text>,
        keep_until -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

table! {
    resource_totals (resource_id) {
        resource_id -> Text,
        complete -> BigInt,
        unverified -> BigInt,
        corrupt -> BigInt,
        trashed -> BigInt,
        missing -> BigInt,
        bytes -> BigInt,
    }
}

table! {
    manifests (backup_id) {
        backup_id -> Text,
        manifest -> Text,
    }
}

table! {
    parts (backup_id, position) {
        backup_id -> Text,
        position -> Integer,
        name -> Text,
        media_type -> Text,
        stored_bytes -> BigInt,
        raw_bytes -> BigInt,
        raw_sha256 -> Text,
        files -> Text,
    }
}

table! {
    operations (id) {
        id -> Text,
        kind -> Text,
        resource_id -> Nullable<Text>,
        project_id -> Nullable<Text>,
        backup_id -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        state -> Text,
        request -> Text,
        facts -> Text,
        plan -> Text,
        labels -> Text,
        idempotency_key -> Nullable<Text>,
        actor -> Text,
        waiver -> Nullable<Text>,
        fence -> BigInt,
        runner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        cancel_at -> Nullable<Timestamp>,
        cancel_by -> Nullable<Text>,
        progress -> Nullable<Text>,
        problem -> Nullable<Text>,
        result -> Text,
        resolution -> Nullable<Text>,
        pushed_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

table! {
    operation_steps (operation_id, position) {
        operation_id -> Text,
        position -> Integer,
        name -> Text,
        state -> Text,
        tries -> Integer,
        started_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        output -> Nullable<Text>,
        problem -> Nullable<Text>,
    }
}

table! {
    step_notes (operation_id, position, seq) {
        operation_id -> Text,
        position -> Integer,
        seq -> Integer,
        at -> Timestamp,
        note -> Text,
    }
}

table! {
    step_processes (operation_id, position, seq) {
        operation_id -> Text,
        position -> Integer,
        seq -> Integer,
        at -> Timestamp,
        process -> Text,
    }
}

table! {
    operation_locks (key) {
        key -> Text,
        operation_id -> Text,
        fence -> BigInt,
    }
}

table! {
    holds (backup_id, operation_id) {
        backup_id -> Text,
        operation_id -> Text,
    }
}

table! {
    operation_logs (operation_id, seq) {
        operation_id -> Text,
        seq -> BigInt,
        at -> Timestamp,
        line -> Text,
    }
}

table! {
    asides (id) {
        id -> Text,
        resource_id -> Text,
        operation_id -> Text,
        item -> Text,
        locator -> Text,
        bytes -> BigInt,
        made_at -> Timestamp,
        keep_until -> Timestamp,
        state -> Text,
    }
}

table! {
    proofs (id) {
        id -> Text,
        backup_id -> Text,
        operation_id -> Text,
        proven_at -> Timestamp,
        result -> Text,
    }
}

table! {
    download_links (token_hash) {
        token_hash -> Text,
        backup_id -> Text,
        actor -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

table! {
    outbox (id) {
        id -> Text,
        topic -> Text,
        subject -> Text,
        payload -> Text,
        created_at -> Timestamp,
        due_at -> Timestamp,
        delivered_at -> Nullable<Timestamp>,
    }
}

table! {
    settings (key) {
        key -> Text,
        value -> Text,
        updated_at -> Timestamp,
        updated_by -> Text,
    }
}

table! {
    audit (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        prev_hash -> Text,
        hash -> Text,
    }
}

joinable!(backups -> resources (resource_id));
joinable!(memberships -> projects (project_id));
joinable!(memberships -> users (user_id));
joinable!(operation_locks -> operations (operation_id));
joinable!(resource_totals -> resources (resource_id));
joinable!(sessions -> users (user_id));
joinable!(sign_in_links -> users (user_id));
joinable!(tokens -> users (user_id));
allow_tables_to_appear_in_same_query!(backups, operations, proofs, resource_totals, resources);
allow_tables_to_appear_in_same_query!(memberships, projects, sessions, sign_in_links, tokens, users);
allow_tables_to_appear_in_same_query!(operation_locks, operations);
