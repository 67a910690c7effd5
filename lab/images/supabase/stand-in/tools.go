// The few commands that health checks and diagnoses run inside these containers, as
// far as they are used: one request, one name, one port.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// fetchTool is wget or curl with one address: 0 for an answer below 400.
func fetchTool(args []string) int {
	address, method := "", http.MethodGet
	header := http.Header{}
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case word == "-H" && i+1 < len(args):
			name, value, _ := strings.Cut(args[i+1], ":")
			header.Set(name, strings.TrimSpace(value))
			i++
		case word == "-o" && i+1 < len(args):
			i++
		case word == "--head" || word == "--spider":
			method = http.MethodHead
		case strings.HasPrefix(word, "http://"):
			address = word
		}
	}
	request, err := http.NewRequest(method, address, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	request.Header = header
	reply, err := (&http.Client{Timeout: 5 * time.Second}).Do(request)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 4
	}
	defer reply.Body.Close()
	if reply.StatusCode >= 400 {
		fmt.Fprintf(os.Stderr, "the requested URL returned error: %d\n", reply.StatusCode)
		return 22
	}
	return 0
}

// getentTool is `getent hosts NAME`: 2 when the name is unknown, as the real one.
func getentTool(args []string) int {
	if len(args) != 2 || (args[0] != "hosts" && args[0] != "ahosts") {
		return 1
	}
	addresses, err := net.LookupHost(args[1])
	if err != nil || len(addresses) == 0 {
		return 2
	}
	for _, address := range addresses {
		fmt.Printf("%-15s %s\n", address, args[1])
	}
	return 0
}

// ncTool is `nc -z HOST PORT`.
func ncTool(args []string) int {
	if len(args) != 3 || args[0] != "-z" {
		return 2
	}
	connection, err := net.DialTimeout("tcp", net.JoinHostPort(args[1], args[2]), 3*time.Second)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	connection.Close()
	return 0
}

// readyTool is `postgrest --ready`, `imgproxy health` and `kong health`.
func readyTool(name string) int {
	addresses := map[string]string{
		"postgrest": "http://localhost:" + restAdminPort + "/ready",
		"imgproxy":  "http://localhost:5001/health",
		"kong":      "http://localhost:" + kongStatusPort + "/status",
	}
	return fetchTool([]string{addresses[name]})
}
