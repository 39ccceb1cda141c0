package clitest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/opc-source/opc-image/pkg/rehearse"
)

// Rule says which answers go wrong, and how.
type Rule struct {
	// Path is a text that the path of a request has; empty is in every path.
	Path string
	// Times is how often the rule applies; 0 is always.
	Times int
	// Fault is what goes wrong.
	Fault rehearse.Fault

	used int
}

// applies tells whether a request is one of the rule's, and counts it.
func (r *Rule) applies(request *http.Request) bool {
	if !strings.Contains(request.URL.Path, r.Path) || r.Times > 0 && r.used == r.Times {
		return false
	}
	r.used++
	return true
}

// ParseRule reads a rule from words such as
//
//	path=/blobs/ times=2 status=503 delay=1s truncate=100 corrupt
func ParseRule(words []string) (Rule, error) {
	var r Rule
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		var err error
		switch key {
		case "path":
			r.Path = value
		case "times":
			r.Times, err = strconv.Atoi(value)
		case "status":
			r.Fault.Status, err = strconv.Atoi(value)
		case "delay":
			r.Fault.Delay, err = time.ParseDuration(value)
		case "truncate":
			r.Fault.Truncate, err = strconv.ParseInt(value, 10, 64)
		case "corrupt":
			r.Fault.Corrupt = true
		default:
			err = fmt.Errorf("there is no key %q", key)
		}
		if err != nil {
			return r, fmt.Errorf("rule %q: %w", word, err)
		}
	}
	return r, nil
}
