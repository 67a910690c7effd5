//! Outgoing mail of sign-in. An empty port stops the service.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 6] = [
    Key::new(Group::Smtp, "smtp_host", "SMTP_HOST", ["key-smtp-host", "key-smtp-host-help"], ValueKind::Host)
        .default("supabase-mail"),
    Key::new(Group::Smtp, "smtp_port", "SMTP_PORT", ["key-smtp-port", "key-smtp-port-help"], ValueKind::Port)
        .default("2500"),
    Key::new(
        Group::Smtp,
        "smtp_user",
        "SMTP_USER",
        ["key-smtp-user", "key-smtp-user-help"],
        ValueKind::Text { min: 0, max: 254 },
    )
    .default("fake_mail_user"),
    Key::new(
        Group::Smtp,
        "smtp_pass",
        "SMTP_PASS",
        ["key-smtp-pass", "key-smtp-pass-help"],
        ValueKind::Text { min: 0, max: 1000 },
    )
    .secret(),
    Key::new(
        Group::Smtp,
        "smtp_sender_name",
        "SMTP_SENDER_NAME",
        ["key-smtp-sender-name", "key-smtp-sender-name-help"],
        ValueKind::Text { min: 0, max: 100 },
    )
    .default("fake_sender"),
    Key::new(
        Group::Smtp,
        "smtp_admin_email",
        "SMTP_ADMIN_EMAIL",
        ["key-smtp-admin-email", "key-smtp-admin-email-help"],
        ValueKind::Email,
    )
    .default("admin@example.com"),
];
