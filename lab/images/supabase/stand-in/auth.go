// auth: GoTrue's settings and its start. What is fatal here was seen to be fatal
// there (supabase/gotrue v2.196.0).
package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
)

type authConfig struct {
	secret, aud, smtpHost, smtpPort              string
	adminRoles                                   []string
	exp                                          int
	disableSignup, email, anonymous, autoconfirm bool
	db                                           *sql.DB
}

var authBools = []string{
	"GOTRUE_DISABLE_SIGNUP", "GOTRUE_EXTERNAL_EMAIL_ENABLED", "GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED",
	"GOTRUE_MAILER_AUTOCONFIRM", "GOTRUE_EXTERNAL_PHONE_ENABLED", "GOTRUE_SMS_AUTOCONFIRM",
}
var authInts = []string{"GOTRUE_JWT_EXP", "GOTRUE_SMTP_PORT", "GOTRUE_API_PORT"}

// A variable that is there but empty is not the default: it is an error.
func checkAuthTypes() {
	for _, name := range authBools {
		if value, set := os.LookupEnv(name); set {
			if _, err := strconv.ParseBool(value); err != nil {
				badAuthValue(name, value, "bool", err)
			}
		}
	}
	for _, name := range authInts {
		if value, set := os.LookupEnv(name); set {
			if _, err := strconv.ParseInt(value, 0, 64); err != nil {
				badAuthValue(name, value, "int", err)
			}
		}
	}
	if keys, set := os.LookupEnv("GOTRUE_JWT_KEYS"); set && !strings.HasPrefix(strings.TrimSpace(keys), "[") {
		authFatal("Failed to load configuration: envconfig.Process: assigning GOTRUE_JWT_KEYS to Keys: converting '" +
			keys + "' to type conf.JwtKeysDecoder. details: unexpected end of JSON input")
	}
}

func badAuthValue(name, value, kind string, err error) {
	field := strings.TrimPrefix(name, "GOTRUE_")
	authFatal(fmt.Sprintf("Failed to load configuration: envconfig.Process: assigning %s to %s: converting '%s' to type %s. details: %s",
		name, field, value, kind, err))
}

func authFatal(message string) {
	logJSON(map[string]any{"level": "fatal", "msg": message})
	os.Exit(1)
}

func authBool(name string, otherwise bool) bool {
	value, err := strconv.ParseBool(os.Getenv(name))
	if err != nil {
		return otherwise
	}
	return value
}

func authService() (http.Handler, string) {
	checkAuthTypes()
	config := &authConfig{
		secret: os.Getenv("GOTRUE_JWT_SECRET"), aud: env("GOTRUE_JWT_AUD", "authenticated"),
		smtpHost: os.Getenv("GOTRUE_SMTP_HOST"), smtpPort: env("GOTRUE_SMTP_PORT", "587"),
		adminRoles:    strings.Split(env("GOTRUE_JWT_ADMIN_ROLES", "service_role,supabase_admin"), ","),
		disableSignup: authBool("GOTRUE_DISABLE_SIGNUP", false), email: authBool("GOTRUE_EXTERNAL_EMAIL_ENABLED", true),
		anonymous: authBool("GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED", false), autoconfirm: authBool("GOTRUE_MAILER_AUTOCONFIRM", false),
	}
	config.exp, _ = strconv.Atoi(env("GOTRUE_JWT_EXP", "3600"))
	if config.secret == "" {
		authFatal("Failed to load configuration: required key GOTRUE_JWT_SECRET missing value")
	}
	external, err := url.ParseRequestURI(os.Getenv("API_EXTERNAL_URL"))
	if err != nil || external.Scheme == "" || external.Host == "" {
		authFatal(fmt.Sprintf("Failed to load configuration: API_EXTERNAL_URL: parse %q: invalid URI for request", os.Getenv("API_EXTERNAL_URL")))
	}
	for _, glob := range strings.Split(os.Getenv("GOTRUE_URI_ALLOW_LIST"), ",") {
		if _, err := path.Match(strings.TrimSpace(glob), ""); err != nil {
			panic("glob: " + err.Error() + ": " + glob)
		}
	}
	config.connect(os.Getenv("GOTRUE_DB_DATABASE_URL"))
	migrateAuth(config.db)
	logJSON(map[string]any{"level": "info", "msg": "GoTrue API started on: 0.0.0.0:" + env("GOTRUE_API_PORT", "9999")})
	return authHandler(config), env("GOTRUE_API_PORT", "9999")
}

// The real one prints an address it cannot read, password included: diagnoses have
// to redact that, so the lab shows it.
func (c *authConfig) connect(address string) {
	if _, err := url.Parse(address); err != nil {
		authFatal("running db migrations: error opening database connection: " + err.Error())
	}
	db, err := open(address)
	if err != nil {
		authFatal("running db migrations: error opening database connection: " + err.Error())
	}
	c.db = db
}
