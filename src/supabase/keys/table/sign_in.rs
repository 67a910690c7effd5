//! How an application's people sign up and in.

use crate::supabase::keys::{Group, Key, ValueKind};

pub(super) const KEYS: [Key; 8] = [
    Key::new(
        Group::SignIn,
        "site_url",
        "SITE_URL",
        ["key-site-url", "key-site-url-help"],
        ValueKind::Url { empty: true },
    )
    .default("http://localhost:3000"),
    Key::new(
        Group::SignIn,
        "additional_redirect_urls",
        "ADDITIONAL_REDIRECT_URLS",
        ["key-additional-redirect-urls", "key-additional-redirect-urls-help"],
        ValueKind::Globs,
    )
    .default(""),
    Key::new(
        Group::SignIn,
        "disable_signup",
        "DISABLE_SIGNUP",
        ["key-disable-signup", "key-disable-signup-help"],
        ValueKind::Bool,
    )
    .default("false"),
    Key::new(
        Group::SignIn,
        "enable_email_signup",
        "ENABLE_EMAIL_SIGNUP",
        ["key-enable-email-signup", "key-enable-email-signup-help"],
        ValueKind::Bool,
    )
    .default("true"),
    Key::new(
        Group::SignIn,
        "enable_email_autoconfirm",
        "ENABLE_EMAIL_AUTOCONFIRM",
        ["key-enable-email-autoconfirm", "key-enable-email-autoconfirm-help"],
        ValueKind::Bool,
    )
    .default("false"),
    Key::new(
        Group::SignIn,
        "enable_anonymous_users",
        "ENABLE_ANONYMOUS_USERS",
        ["key-enable-anonymous-users", "key-enable-anonymous-users-help"],
        ValueKind::Bool,
    )
    .default("false"),
    Key::new(
        Group::SignIn,
        "enable_phone_signup",
        "ENABLE_PHONE_SIGNUP",
        ["key-enable-phone-signup", "key-enable-phone-signup-help"],
        ValueKind::Bool,
    )
    .default("true"),
    Key::new(
        Group::SignIn,
        "enable_phone_autoconfirm",
        "ENABLE_PHONE_AUTOCONFIRM",
        ["key-enable-phone-autoconfirm", "key-enable-phone-autoconfirm-help"],
        ValueKind::Bool,
    )
    .default("true"),
];
