// HS256 tokens: signing and checking, with the words GoTrue's library uses.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

var url64 = base64.RawURLEncoding

func signature(secret, signed string) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

func signToken(secret string, claims map[string]any) string {
	head, _ := json.Marshal(map[string]string{"alg": "HS256", "typ": "JWT"})
	body, _ := json.Marshal(claims)
	signed := url64.EncodeToString(head) + "." + url64.EncodeToString(body)
	return signed + "." + url64.EncodeToString(signature(secret, signed))
}

// checkToken returns the claims. `iss`, `aud` and `iat` are not looked at, as in the
// real one; `exp` and `nbf` are.
func checkToken(secret, token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errors.New("token is malformed: token contains an invalid number of segments")
	}
	body, err := url64.DecodeString(parts[1])
	if err != nil {
		return nil, errors.New("token is malformed: could not base64 decode claim: " + err.Error())
	}
	claims := map[string]any{}
	if err := json.Unmarshal(body, &claims); err != nil {
		return nil, errors.New("token is malformed: could not JSON decode claim: " + err.Error())
	}
	given, err := url64.DecodeString(parts[2])
	if err != nil || !hmac.Equal(given, signature(secret, parts[0]+"."+parts[1])) {
		return nil, errors.New("token signature is invalid: signature is invalid")
	}
	now := float64(time.Now().Unix())
	if exp, ok := claims["exp"].(float64); ok && now >= exp {
		return nil, errors.New("token has invalid claims: token is expired")
	}
	if nbf, ok := claims["nbf"].(float64); ok && now < nbf {
		return nil, errors.New("token has invalid claims: token is not valid yet")
	}
	return claims, nil
}
