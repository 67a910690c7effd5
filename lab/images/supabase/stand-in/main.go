// The lab's stand-in for the programs of a Supabase instance: one static binary that
// is auth, rest, storage and the others by the name it is called under, so that the
// image stays at a few MB. What it imitates, and what not, is in lab/README.md.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// services are long-running: each returns its handler and port, or ends the process.
var services = map[string]func() (http.Handler, string){
	"auth":      authService,
	"postgrest": restService,
	"storage":   storageService,
	"realtime":  realtimeService,
	"supavisor": supavisorService,
	"studio":    studioService,
	"meta":      metaService,
	"functions": functionsService,
	"analytics": analyticsService,
	"vector":    vectorService,
	"kong":      kongService,
	"imgproxy":  func() (http.Handler, string) { return always("/health"), "5001" },
}

// tools are what health checks and diagnoses call inside the container.
var tools = map[string]func([]string) int{
	"wget":   fetchTool,
	"curl":   fetchTool,
	"getent": getentTool,
	"nc":     ncTool,
}

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	if tool, ok := tools[name]; ok {
		os.Exit(tool(args))
	}
	if len(args) > 0 && (args[0] == "--ready" || args[0] == "health") {
		os.Exit(readyTool(name))
	}
	service, ok := services[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "stand-in: no part is called %q\n", name)
		os.Exit(2)
	}
	handler, port := service()
	serve(handler, port)
}

// serve answers on the port until the container is told to stop, then ends with 0.
func serve(handler http.Handler, port string) {
	server := &http.Server{Addr: ":" + port, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go func() {
		<-ended.Done()
		limit, done := context.WithTimeout(context.Background(), time.Second)
		defer done()
		_ = server.Shutdown(limit)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		fatal(err.Error())
	}
}

// fatal ends the process as the Go and Elixir programs do: one line, exit 1.
func fatal(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}

// logJSON writes one line of JSON, with the time, to the standard error.
func logJSON(fields map[string]any) {
	fields["time"] = time.Now().UTC().Format(time.RFC3339)
	line, _ := json.Marshal(fields)
	fmt.Fprintln(os.Stderr, string(line))
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// always answers 200 on one path: for parts whose only sign of life is that.
func always(path string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	return mux
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// bearer is the token of the Authorization header, or nothing.
func bearer(r *http.Request) string {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
