// auth's API as far as users are created, read, signed in and deleted. Status codes,
// words and the order of the SQLSTATEs in the log are those that were recorded.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// request is one call: its id is in the answer (error_id) and in the log (request_id).
type request struct {
	*http.Request
	w      http.ResponseWriter
	config *authConfig
	id     string
}

func authHandler(config *authConfig) http.Handler {
	mux := http.NewServeMux()
	route := func(pattern string, admin bool, handle func(*request)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			limit, done := context.WithTimeout(r.Context(), 10*time.Second)
			defer done()
			call := &request{r.WithContext(limit), w, config, newID()}
			if !admin || call.isAdmin() {
				handle(call)
			}
		})
	}
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"version": "v2.196.0", "name": "GoTrue", "description": "GoTrue is a user registration and authentication API"})
	})
	route("GET /settings", false, settings)
	route("POST /signup", false, signup)
	route("POST /token", false, token)
	route("GET /user", false, ownUser)
	route("POST /admin/users", true, adminCreate)
	route("GET /admin/users", true, adminList)
	route("GET /admin/users/{id}", true, adminGet)
	route("DELETE /admin/users/{id}", true, adminDelete)
	return mux
}

// fail answers and logs; cause may be nil.
func (r *request) fail(status int, code, message string, cause error) {
	body := map[string]any{"code": status, "error_code": code, "msg": message}
	line := map[string]any{"component": "api", "level": "info", "msg": message, "method": r.Method,
		"path": r.URL.Path, "request_id": r.id, "remote_addr": r.RemoteAddr}
	if status >= 500 {
		body["error_id"] = r.id
		line["level"] = "error"
		line["msg"] = itoa(status) + ": " + message
	}
	if cause != nil {
		line["error"] = cause.Error()
	}
	logJSON(line)
	r.w.Header().Set("X-Sb-Error-Code", code)
	answer(r.w, status, body)
}

// database answers for an error of the database; message is for the ones that have
// no answer of their own.
func (r *request) database(message string, err error) {
	var from *pgconn.PgError
	switch {
	case errors.Is(r.Context().Err(), context.DeadlineExceeded):
		r.fail(http.StatusGatewayTimeout, "request_timeout", "Processing this request timed out, please retry after a moment.", err)
	case errors.As(err, &from) && raw[from.Code]:
		logJSON(map[string]any{"component": "api", "level": "error", "error": err.Error(), "msg": "500: " + message,
			"method": r.Method, "path": r.URL.Path, "request_id": r.id, "remote_addr": r.RemoteAddr})
		body := map[string]any{"code": from.Code, "message": from.Message}
		if from.Detail != "" {
			body["detail"] = from.Detail
		}
		if from.Hint != "" {
			body["hint"] = from.Hint
		}
		answer(r.w, http.StatusInternalServerError, body)
	default:
		r.fail(http.StatusInternalServerError, "unexpected_failure", message, err)
	}
}

// raw are the SQLSTATEs whose message goes to the caller as it is.
var raw = map[string]bool{"P0001": true, "23502": true, "23503": true, "23505": true}

// aborted puts before the cause what the driver says when it closes a statement in a
// transaction that has failed: the first SQLSTATE of such a line is not the cause.
type aborted struct{ cause error }

func (a aborted) Unwrap() error { return a.cause }
func (a aborted) Error() string {
	return "failed to close prepared statement: ERROR: current transaction is aborted, commands ignored until end of transaction block (SQLSTATE 25P02): " + a.cause.Error()
}

func inTransactionError(err error) string {
	if state := sqlstate(err); state != "" && state[:2] != "28" {
		return aborted{err}.Error()
	}
	return err.Error()
}

// step runs one statement of a transaction.
func step(r *request, tx *sql.Tx, statement string, args ...any) error {
	_, err := tx.ExecContext(r.Context(), statement, args...)
	if err != nil && sqlstate(err) != "" {
		return aborted{err}
	}
	return err
}

func (r *request) isAdmin() bool {
	given := bearer(r.Request)
	if given == "" {
		r.fail(http.StatusUnauthorized, "no_authorization", "This endpoint requires a valid Bearer token", nil)
		return false
	}
	claims, err := checkToken(r.config.secret, given)
	if err != nil {
		r.fail(http.StatusForbidden, "bad_jwt", "invalid JWT: unable to parse or verify signature, "+err.Error(), err)
		return false
	}
	role, _ := claims["role"].(string)
	for _, allowed := range r.config.adminRoles {
		if role == strings.TrimSpace(allowed) && role != "" {
			return true
		}
	}
	r.fail(http.StatusForbidden, "not_admin", "User not allowed", nil)
	return false
}

func settings(r *request) {
	answer(r.w, http.StatusOK, map[string]any{
		"external":       map[string]bool{"email": r.config.email, "anonymous_users": r.config.anonymous, "phone": false},
		"disable_signup": r.config.disableSignup, "mailer_autoconfirm": r.config.autoconfirm,
		"phone_autoconfirm": false, "saml_enabled": false,
	})
}

type credentials struct {
	Email        string         `json:"email"`
	Password     string         `json:"password"`
	Confirm      bool           `json:"email_confirm"`
	Data         map[string]any `json:"data"`
	UserData     map[string]any `json:"user_metadata"`
	RefreshToken string         `json:"refresh_token"`
}

func (r *request) read() (given credentials, ok bool) {
	if err := json.NewDecoder(http.MaxBytesReader(r.w, r.Body, 1<<20)).Decode(&given); err != nil {
		r.fail(http.StatusBadRequest, "bad_json", "Could not parse request body as JSON: "+err.Error(), err)
		return given, false
	}
	given.Email = strings.ToLower(strings.TrimSpace(given.Email))
	return given, true
}

func (r *request) validEmail(email string) bool {
	name, domain, found := strings.Cut(email, "@")
	if !found || name == "" || !strings.Contains(domain, ".") || strings.ContainsAny(email, " \t") {
		r.fail(http.StatusBadRequest, "validation_failed", "Unable to validate email address: invalid format", nil)
		return false
	}
	return true
}

func signup(r *request) {
	given, ok := r.read()
	if !ok {
		return
	}
	c := r.config
	switch {
	case c.disableSignup:
		r.fail(http.StatusUnprocessableEntity, "signup_disabled", "Signups not allowed for this instance", nil)
	case given.Email == "" && given.Password == "" && !c.anonymous:
		r.fail(http.StatusUnprocessableEntity, "anonymous_provider_disabled", "Anonymous sign-ins are disabled", nil)
	case !c.email:
		r.fail(http.StatusBadRequest, "email_provider_disabled", "Email signups are disabled", nil)
	case given.Password == "":
		r.fail(http.StatusBadRequest, "validation_failed", "Signup requires a valid password", nil)
	case len(given.Password) < 6:
		answer(r.w, http.StatusUnprocessableEntity, map[string]any{"code": 422, "error_code": "weak_password",
			"msg": "Password should be at least 6 characters.", "weak_password": map[string]any{"reasons": []string{"length"}}})
	case !r.validEmail(given.Email):
	default:
		r.signupNew(given)
	}
}

func (r *request) signupNew(given credentials) {
	_, err := r.find("email = $2 and aud = $3 and is_sso_user = false", given.Email, r.config.aud)
	switch {
	case err == nil:
		r.fail(http.StatusUnprocessableEntity, "user_already_exists", "User already registered", nil)
		return
	case !errors.Is(err, sql.ErrNoRows):
		r.database("Database error finding user", err)
		return
	}
	created, ok := r.create(given, r.config.autoconfirm, "Database error saving new user", "Error creating identity")
	if !ok {
		return
	}
	if r.config.autoconfirm {
		r.grant(created, "password")
		return
	}
	answer(r.w, http.StatusOK, created)
}

func adminCreate(r *request) {
	given, ok := r.read()
	if !ok {
		return
	}
	if given.Email == "" {
		r.fail(http.StatusBadRequest, "validation_failed", "Cannot create a user without either an email or phone", nil)
		return
	}
	if !r.validEmail(given.Email) {
		return
	}
	_, err := r.find("email = $2 and aud = $3 and is_sso_user = false", given.Email, r.config.aud)
	switch {
	case err == nil:
		r.fail(http.StatusUnprocessableEntity, "email_exists", "A user with this email address has already been registered", nil)
		return
	case !errors.Is(err, sql.ErrNoRows):
		r.database("Database error checking email", err)
		return
	}
	given.Data = given.UserData
	const message = "Database error creating new user"
	if created, ok := r.create(given, true, message, message); ok {
		answer(r.w, http.StatusOK, created)
	}
}

func adminList(r *request) {
	page, size := atoi(r.URL.Query().Get("page"), 1), atoi(r.URL.Query().Get("per_page"), 50)
	rows, err := r.config.db.QueryContext(r.Context(), "select "+userColumns+
		" from users where instance_id = $1 and aud = $2 order by created_at desc limit $3 offset $4",
		zeroID, r.config.aud, size, (page-1)*size)
	users := []*user{}
	if err == nil {
		defer rows.Close()
		for rows.Next() {
			one := &user{}
			if err = rows.Scan(one.fields()...); err != nil {
				break
			}
			users = append(users, one)
		}
	}
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		r.database("Database error finding users", err)
		return
	}
	answer(r.w, http.StatusOK, map[string]any{"users": users, "aud": r.config.aud})
}

// named is the user of the path, or the answer has been given.
func (r *request) named() (*user, bool) {
	id := r.PathValue("id")
	if !isID(id) {
		r.fail(http.StatusNotFound, "validation_failed", "user_id must be an UUID", nil)
		return nil, false
	}
	found, err := r.find("id = $2", id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		r.fail(http.StatusNotFound, "user_not_found", "User not found", err)
		return nil, false
	case err != nil:
		r.database("Database error loading user", err)
		return nil, false
	}
	return found, true
}

func adminGet(r *request) {
	if found, ok := r.named(); ok {
		answer(r.w, http.StatusOK, found)
	}
}

func adminDelete(r *request) {
	found, ok := r.named()
	if !ok {
		return
	}
	tx, err := r.config.db.BeginTx(r.Context(), nil)
	if err == nil {
		defer func() { _ = tx.Rollback() }()
		err = r.audit(tx, found.ID, "user_deleted")
	}
	if err == nil {
		err = step(r, tx, "delete from users where id = $1", found.ID)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		r.database("Database error deleting user", err)
		return
	}
	answer(r.w, http.StatusOK, map[string]any{})
}

func ownUser(r *request) {
	given := bearer(r.Request)
	if given == "" {
		r.fail(http.StatusUnauthorized, "no_authorization", "This endpoint requires a valid Bearer token", nil)
		return
	}
	claims, err := checkToken(r.config.secret, given)
	if err != nil {
		r.fail(http.StatusForbidden, "bad_jwt", "invalid JWT: unable to parse or verify signature, "+err.Error(), err)
		return
	}
	subject, _ := claims["sub"].(string)
	if !isID(subject) {
		r.fail(http.StatusForbidden, "bad_jwt", "invalid claim: missing sub claim", nil)
		return
	}
	found, err := r.find("id = $2", subject)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		r.fail(http.StatusForbidden, "user_not_found", "User from sub claim in JWT does not exist", err)
	case err != nil:
		r.database("Database error loading user", err)
	default:
		answer(r.w, http.StatusOK, found)
	}
}

// The caller's address as the database takes it.
func (r *request) address() any {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return nil
	}
	return host
}
