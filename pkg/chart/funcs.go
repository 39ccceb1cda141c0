package chart

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"
)

// certificate has the fields templates read of what genCA and its kin return.
type certificate struct{ Cert, Key string }

// Stand-ins for generated secrets. What is installed on site draws its own; no
// image may depend on them.
const (
	fixedCert = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"
	fixedKey  = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"
	fixedUUID = "00000000-0000-4000-8000-000000000000"
)

// templateFuncs replaces every template function that is random, reads the
// clock or can grow without bound. watch hears of failing ones.
func templateFuncs(watch *watcher, limits Limits) template.FuncMap {
	cert := func(...any) certificate { return certificate{fixedCert, fixedKey} }
	fill := func(n int) (string, error) { return repeat(n, "a", limits.RenderedBytes) }
	return template.FuncMap{
		"genCA": cert, "genCAWithKey": cert, "genSelfSignedCert": cert,
		"genSelfSignedCertWithKey": cert, "genSignedCert": cert, "genSignedCertWithKey": cert,
		"genPrivateKey": func(string) string { return fixedKey },
		"randAlpha":     fill, "randAlphaNum": fill, "randAscii": fill,
		"randNumeric": func(n int) (string, error) { return repeat(n, "1", limits.RenderedBytes) },
		"randBytes":   fill,
		"randInt":     func(low, _ int) int { return low },
		"uuidv4":      func() string { return fixedUUID },
		"shuffle":     func(s string) string { return s },
		"bcrypt":      func(string) string { return "$2a$10$fixed" },
		"htpasswd":    func(user, _ string) string { return user + ":$2a$10$fixed" },
		"encryptAES":  func(_, text string) string { return text },
		"now":         func() time.Time { return time.Unix(0, 0).UTC() },
		"ago":         func(any) string { return "0s" },
		"keys":        sortedKeys,
		"values":      sortedValues,
		"repeat":      func(n int, s string) (string, error) { return repeat(n, s, limits.RenderedBytes) },
		"until":       func(n int) ([]int, error) { return steps(0, n, sign(n)) },
		"untilStep":   steps,
		"required":    watch.required,
		"fail":        watch.fail,
	}
}

// repeat is sprig's, within the size a rendering may have.
func repeat(n int, s string, limit int64) (string, error) {
	if n < 0 || int64(n)*int64(len(s)) > limit {
		return "", fmt.Errorf("%d repetitions of %d bytes: more than the %d bytes a rendering may have", n, len(s), limit)
	}
	return strings.Repeat(s, n), nil
}

// maxSteps bounds the lists that until and untilStep make.
const maxSteps = 1_000_000

// steps is sprig's untilStep: empty when step leads away from stop.
func steps(start, stop, step int) ([]int, error) {
	if step == 0 || (stop-start > 0) != (step > 0) {
		return []int{}, nil
	}
	if n := (stop - start) / step; n > maxSteps {
		return nil, fmt.Errorf("a list of %d numbers: more than the %d allowed", n, maxSteps)
	}
	var out []int
	for i := start; (step > 0 && i < stop) || (step < 0 && i > stop); i += step {
		out = append(out, i)
	}
	return out, nil
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// sortedKeys is sprig's keys, in an order that does not change from run to run.
func sortedKeys(dicts ...map[string]any) []string {
	var out []string
	for _, d := range dicts {
		out = append(out, slices.Sorted(maps.Keys(d))...)
	}
	return out
}

func sortedValues(dict map[string]any) []any {
	var out []any
	for _, k := range slices.Sorted(maps.Keys(dict)) {
		out = append(out, dict[k])
	}
	return out
}
