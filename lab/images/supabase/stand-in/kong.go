// kong: a gateway that reads Kong's declarative file and checks keys as its key-auth,
// acl and basic-auth plugins do. Kong itself was never run for the recorded facts:
// the words of its answers are from its documentation.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"

	"gopkg.in/yaml.v3"
)

const kongStatusPort = "8100"

type kongFile struct {
	Consumers []struct {
		Username string `yaml:"username"`
		Keys     []struct {
			Key string `yaml:"key"`
		} `yaml:"keyauth_credentials"`
	} `yaml:"consumers"`
	ACLs []struct {
		Consumer string `yaml:"consumer"`
		Group    string `yaml:"group"`
	} `yaml:"acls"`
	Basic []struct {
		Username yaml.Node `yaml:"username"`
		Password yaml.Node `yaml:"password"`
	} `yaml:"basicauth_credentials"`
	Services []kongEntry `yaml:"services"`
}

type kongEntry struct {
	Name   string `yaml:"name"`
	URL    string `yaml:"url"`
	Routes []struct {
		Paths     []string `yaml:"paths"`
		StripPath bool     `yaml:"strip_path"`
	} `yaml:"routes"`
	Plugins []struct {
		Name   string `yaml:"name"`
		Config struct {
			Allow []string `yaml:"allow"`
		} `yaml:"config"`
	} `yaml:"plugins"`
}

type kong struct {
	kongFile
	groups map[string]string // key → group
}

func kongService() (http.Handler, string) {
	text, err := os.ReadFile("/home/kong/temp.yml")
	if err != nil {
		fatal("cat: /home/kong/temp.yml: " + strings.TrimPrefix(err.Error(), "read /home/kong/temp.yml: "))
	}
	k := &kong{groups: map[string]string{}}
	if err := yaml.Unmarshal([]byte(os.ExpandEnv(string(text))), &k.kongFile); err != nil {
		kongFatal("failed parsing declarative configuration file: " + err.Error())
	}
	for i, one := range k.Basic {
		for field, node := range map[string]yaml.Node{"username": one.Username, "password": one.Password} {
			if node.Tag != "!!str" {
				kongFatal(fmt.Sprintf("in 'basicauth_credentials':\n  - in entry %d of 'basicauth_credentials':\n    in '%s': expected a string", i+1, field))
			}
		}
	}
	if len(k.Services) == 0 {
		kongFatal("in 'services': required field missing")
	}
	group := map[string]string{}
	for _, one := range k.ACLs {
		group[one.Consumer] = one.Group
	}
	for _, one := range k.Consumers {
		for _, key := range one.Keys {
			if key.Key != "" {
				k.groups[key.Key] = group[one.Username]
			}
		}
	}
	go serve(always("/status"), kongStatusPort)
	return k, "8000"
}

func kongFatal(message string) {
	fatal("nginx: [error] init_by_lua error: error parsing declarative config file /home/kong/kong.yml:\n" + message)
}

func (k *kong) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var best *kongEntry
	prefix, strip := "", false
	for i, service := range k.Services {
		for _, route := range service.Routes {
			for _, path := range route.Paths {
				if strings.HasPrefix(r.URL.Path, path) && len(path) > len(prefix) {
					best, prefix, strip = &k.Services[i], path, route.StripPath
				}
			}
		}
	}
	if best == nil {
		kongFail(w, http.StatusNotFound, "no Route matched with those values")
		return
	}
	for _, plugin := range best.Plugins {
		if !k.passes(w, r, plugin.Name, plugin.Config.Allow) {
			return
		}
	}
	target, err := url.Parse(best.URL)
	if err != nil {
		kongFail(w, http.StatusInternalServerError, "An unexpected error occurred")
		return
	}
	if strip {
		r.URL.Path = "/" + strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, prefix), "/")
		r.URL.RawPath = ""
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: target.Scheme, Host: target.Host, Path: strings.TrimSuffix(target.Path, "/")})
	proxy.ErrorHandler = kongUpstreamError
	proxy.ServeHTTP(w, r)
}

// passes is one plugin; it has answered when it says no.
func (k *kong) passes(w http.ResponseWriter, r *http.Request, plugin string, allow []string) bool {
	key := r.Header.Get("apikey")
	if key == "" {
		key = r.URL.Query().Get("apikey")
	}
	switch plugin {
	case "key-auth":
		if key == "" {
			kongFail(w, http.StatusUnauthorized, "No API key found in request")
			return false
		}
		if _, known := k.groups[key]; !known {
			kongFail(w, http.StatusUnauthorized, "Unauthorized")
			return false
		}
		// Upstream's file copies the key where the services look for it.
		if r.Header.Get("Authorization") == "" {
			r.Header.Set("Authorization", "Bearer "+key)
		}
	case "acl":
		for _, group := range allow {
			if k.groups[key] == group {
				return true
			}
		}
		kongFail(w, http.StatusForbidden, "You cannot consume this service")
		return false
	case "basic-auth":
		name, password, _ := r.BasicAuth()
		for _, one := range k.Basic {
			if one.Username.Value == name && one.Password.Value == password {
				return true
			}
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="service"`)
		kongFail(w, http.StatusUnauthorized, "Unauthorized")
		return false
	}
	return true
}

func kongFail(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}

func kongUpstreamError(w http.ResponseWriter, _ *http.Request, err error) {
	fmt.Fprintln(os.Stderr, err)
	if _, unknown := err.(*net.DNSError); unknown || strings.Contains(err.Error(), "no such host") {
		kongFail(w, http.StatusServiceUnavailable, "name resolution failed")
		return
	}
	kongFail(w, http.StatusBadGateway, "An invalid response was received from the upstream server")
}
