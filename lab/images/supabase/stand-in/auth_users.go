// auth's rows: users, their identities, sessions and tokens. Every table is named
// without its schema, so a lost search_path shows as it does in the real one.
package main

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/crypto/bcrypt"
)

const zeroID = "00000000-0000-0000-0000-000000000000"

// Columns that are read into a string: a NULL in one of them is an error, which is
// how rows made by hand break the real one.
const userColumns = `id, aud, role, email, encrypted_password, confirmation_token, recovery_token,
 email_change_token_new, email_change, email_change_token_current, phone_change, phone_change_token,
 reauthentication_token, email_change_confirm_status, instance_id, raw_app_meta_data, raw_user_meta_data,
 email_confirmed_at, last_sign_in_at, banned_until, is_anonymous, created_at, updated_at`

type user struct {
	ID          string `json:"id"`
	Aud         string `json:"aud"`
	Role        string `json:"role"`
	email       sql.NullString
	password    sql.NullString
	texts       [8]string
	status      int
	instance    string
	AppData     json.RawMessage `json:"app_metadata"`
	UserData    json.RawMessage `json:"user_metadata"`
	Email       string          `json:"email"`
	ConfirmedAt *time.Time      `json:"email_confirmed_at,omitempty"`
	LastSignIn  *time.Time      `json:"last_sign_in_at,omitempty"`
	BannedUntil *time.Time      `json:"banned_until,omitempty"`
	Anonymous   bool            `json:"is_anonymous"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

func (u *user) fields() []any {
	all := []any{&u.ID, &u.Aud, &u.Role, &u.email, &u.password}
	for i := range u.texts {
		all = append(all, &u.texts[i])
	}
	return append(all, &u.status, &u.instance, (*metadata)(&u.AppData), (*metadata)(&u.UserData), &u.ConfirmedAt,
		&u.LastSignIn, &u.BannedUntil, &u.Anonymous, &u.CreatedAt, &u.UpdatedAt)
}

// metadata is JSON that may be NULL.
type metadata json.RawMessage

func (m *metadata) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*m = metadata("{}")
	case []byte:
		*m = append(metadata{}, v...)
	case string:
		*m = metadata(v)
	default:
		return errors.New("metadata is neither text nor bytes")
	}
	return nil
}

func (u user) MarshalJSON() ([]byte, error) {
	type plain user
	u.Email = u.email.String
	return json.Marshal(plain(u))
}

// find reads one user; sql.ErrNoRows when there is none that can be seen.
func (r *request) find(where string, args ...any) (*user, error) {
	found := &user{}
	args = append([]any{zeroID}, args...)
	row := r.config.db.QueryRowContext(r.Context(), "select "+userColumns+" from users where instance_id = $1 and "+where+" limit 1", args...)
	return found, row.Scan(found.fields()...)
}

// create makes the user and the identity, or neither, and answers when it cannot.
func (r *request) create(given credentials, confirmed bool, message, identityMessage string) (*user, bool) {
	hash, err := bcrypt.GenerateFromPassword([]byte(given.Password), bcrypt.DefaultCost)
	if err != nil {
		r.fail(http.StatusBadRequest, "validation_failed", "Password cannot be longer than 72 characters", err)
		return nil, false
	}
	tx, err := r.config.db.BeginTx(r.Context(), nil)
	if err != nil {
		r.database(message, err)
		return nil, false
	}
	defer func() { _ = tx.Rollback() }()
	id, now := newID(), time.Now().UTC()
	if err := r.insertUser(tx, id, string(hash), given, now); err != nil {
		r.database(message, err)
		return nil, false
	}
	identity, _ := json.Marshal(map[string]any{"sub": id, "email": given.Email, "email_verified": false, "phone_verified": false})
	if err := step(r, tx, `insert into identities(id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
	 values ($1, $2, $3, $4, 'email', $5, $5, $5)`, newID(), id, id, string(identity), now); err != nil {
		r.database(identityMessage, err)
		return nil, false
	}
	if !r.finish(tx, id, confirmed, message, now) {
		return nil, false
	}
	created, err := r.find("id = $2", id)
	if err != nil {
		r.database("Database error loading user", err)
		return nil, false
	}
	return created, true
}

func (r *request) insertUser(tx *sql.Tx, id, hash string, given credentials, now time.Time) error {
	own := []byte("{}")
	if given.Data != nil {
		own, _ = json.Marshal(given.Data)
	}
	return step(r, tx, `insert into users(instance_id, id, aud, role, email, encrypted_password, confirmation_token, recovery_token,
	 email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at)
	 values ($1, $2, $3, 'authenticated', $4, $5, '', '', '', '', '{"provider":"email","providers":["email"]}', $6, $7, $7)`,
		zeroID, id, r.config.aud, given.Email, hash, string(own), now)
}

// finish confirms the user or sends the mail, and commits.
func (r *request) finish(tx *sql.Tx, id string, confirmed bool, message string, now time.Time) bool {
	err := r.audit(tx, id, "user_signedup")
	if err == nil && confirmed {
		if err = step(r, tx, "update users set email_confirmed_at = $2, updated_at = $2 where id = $1", id, now); err != nil {
			message = "Database error updating user"
		}
	}
	if err == nil && !confirmed {
		connection, dial := net.DialTimeout("tcp", net.JoinHostPort(r.config.smtpHost, r.config.smtpPort), 3*time.Second)
		if dial != nil {
			r.fail(http.StatusInternalServerError, "unexpected_failure", "Error sending confirmation email", dial)
			return false
		}
		connection.Close()
		err = step(r, tx, "update users set confirmation_token = $2, confirmation_sent_at = $3 where id = $1", id, newToken(), now)
	}
	if err == nil {
		// Deferred constraints and triggers speak only here.
		err = tx.Commit()
	}
	if err != nil {
		r.database(message, err)
		return false
	}
	return true
}

func (r *request) audit(tx *sql.Tx, actor, action string) error {
	payload, _ := json.Marshal(map[string]string{"action": action, "actor_id": actor, "log_type": "team"})
	return step(r, tx, "insert into audit_log_entries(instance_id, id, payload, created_at, ip_address) values ($1, $2, $3, $4, '')",
		zeroID, newID(), string(payload), time.Now().UTC())
}

func token(r *request) {
	given, ok := r.read()
	if !ok {
		return
	}
	switch r.URL.Query().Get("grant_type") {
	case "password":
		r.passwordGrant(given)
	case "refresh_token":
		r.refreshGrant(given.RefreshToken)
	default:
		r.fail(http.StatusBadRequest, "invalid_credentials", "unsupported_grant_type", nil)
	}
}

func (r *request) passwordGrant(given credentials) {
	found, err := r.find("email = $2 and aud = $3 and is_sso_user = false", given.Email, r.config.aud)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		r.database("Database error querying schema", err)
		return
	}
	if err != nil || bcrypt.CompareHashAndPassword([]byte(found.password.String), []byte(given.Password)) != nil {
		r.fail(http.StatusBadRequest, "invalid_credentials", "Invalid login credentials", nil)
		return
	}
	if found.ConfirmedAt == nil {
		r.fail(http.StatusBadRequest, "email_not_confirmed", "Email not confirmed", nil)
		return
	}
	r.grant(found, "password")
}

// grant opens a session. When it fails the user exists nevertheless.
func (r *request) grant(of *user, method string) {
	session, refresh, now := newID(), newToken(), time.Now().UTC()
	tx, err := r.config.db.BeginTx(r.Context(), nil)
	if err == nil {
		defer func() { _ = tx.Rollback() }()
		err = step(r, tx, "insert into sessions(id, user_id, created_at, updated_at, aal, user_agent, ip) values ($1, $2, $3, $3, 'aal1', $4, $5)",
			session, of.ID, now, r.UserAgent(), r.address())
	}
	if err == nil {
		err = step(r, tx, "insert into refresh_tokens(instance_id, token, user_id, revoked, created_at, updated_at, session_id) values ($1, $2, $3, false, $4, $4, $5)",
			zeroID, refresh, of.ID, now, session)
	}
	if err == nil {
		err = step(r, tx, "update users set last_sign_in_at = $2, updated_at = $2 where id = $1", of.ID, now)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		r.database("Database error granting user", err)
		return
	}
	of.LastSignIn = &now
	r.answerSession(of, session, refresh, method)
}

func (r *request) answerSession(of *user, session, refresh, method string) {
	now := time.Now().Unix()
	expires := now + int64(r.config.exp)
	access := signToken(r.config.secret, map[string]any{"aud": of.Aud, "exp": expires, "iat": now, "sub": of.ID,
		"email": of.email.String, "role": of.Role, "aal": "aal1", "session_id": session, "is_anonymous": of.Anonymous,
		"app_metadata": of.AppData, "user_metadata": of.UserData, "amr": []map[string]any{{"method": method, "timestamp": now}}})
	answer(r.w, http.StatusOK, map[string]any{"access_token": access, "token_type": "bearer", "expires_in": r.config.exp,
		"expires_at": expires, "refresh_token": refresh, "user": of})
}

// refreshGrant shows the raw error of the database to anyone, as the real one does.
func (r *request) refreshGrant(given string) {
	if given == "" {
		r.fail(http.StatusBadRequest, "validation_failed", "refresh_token required", nil)
		return
	}
	var id int64
	var owner, session string
	var revoked bool
	err := r.config.db.QueryRowContext(r.Context(), "select id, user_id, coalesce(session_id::text, ''), revoked from refresh_tokens where token = $1", given).
		Scan(&id, &owner, &session, &revoked)
	var of *user
	if err == nil && !revoked {
		of, err = r.find("id = $2", owner)
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		r.fail(http.StatusBadRequest, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found", nil)
		return
	case err != nil:
		r.database(err.Error(), err)
		return
	case revoked:
		r.fail(http.StatusBadRequest, "refresh_token_already_used", "Invalid Refresh Token: Already Used", nil)
		return
	}
	r.rotate(of, id, given, session)
}

func (r *request) rotate(of *user, id int64, old, session string) {
	fresh, now := newToken(), time.Now().UTC()
	tx, err := r.config.db.BeginTx(r.Context(), nil)
	if err == nil {
		defer func() { _ = tx.Rollback() }()
		err = step(r, tx, "update refresh_tokens set revoked = true, updated_at = $2 where id = $1", id, now)
	}
	if err == nil {
		err = step(r, tx, `insert into refresh_tokens(instance_id, token, user_id, revoked, created_at, updated_at, parent, session_id)
		 values ($1, $2, $3, false, $4, $4, $5, nullif($6, '')::uuid)`, zeroID, fresh, of.ID, now, old, session)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		r.database("Database error granting user", err)
		return
	}
	r.answerSession(of, session, fresh, "password")
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

func newToken() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])[:12]
}

func isID(text string) bool {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return false
	}
	_, err := hex.DecodeString(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:])
	return err == nil
}

func itoa(n int) string { return strconv.Itoa(n) }
func atoi(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return n
	}
	return otherwise
}
