package remote

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/token"
)

// Load reads a configuration file. Errors begin with file:line:column.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return Config{}, err
	}
	return Decode(path, data)
}

// Decode reads a configuration; name stands for the file in errors. Unknown
// fields and fields given twice are errors.
func Decode(name string, data []byte) (Config, error) {
	var c Config
	if len(data) > maxConfig {
		return c, fmt.Errorf("%s: larger than %d bytes, the most a configuration may have", name, maxConfig)
	}
	err := yaml.UnmarshalWithOptions(data, &c, yaml.Strict())
	if err != nil && !errors.Is(err, io.EOF) {
		return Config{}, located(name, err)
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// located puts file, line and column in front of what the YAML reader says.
func located(name string, err error) error {
	var at interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &at) || at.GetToken() == nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	pos := at.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", name, pos.Line, pos.Column, at.GetMessage())
}

// Validate reports what the YAML reader cannot see: missing names, a mirror of
// a registry that is a URL or the other way round, negative limits.
func (c Config) Validate() error {
	var errs []error
	for i, m := range c.Mirrors {
		if err := m.validate(); err != nil {
			errs = append(errs, fmt.Errorf("mirrors[%d]: %w", i, err))
		}
	}
	seen := map[string]bool{}
	for i, h := range c.Hosts {
		switch {
		case h.Name == "" || strings.Contains(h.Name, "/"):
			errs = append(errs, fmt.Errorf("hosts[%d]: name %q is not a host or host:port", i, h.Name))
		case seen[h.Name]:
			errs = append(errs, fmt.Errorf("hosts[%d]: %s is there twice", i, h.Name))
		case h.PlainHTTP && (h.CA != "" || h.Insecure):
			errs = append(errs, fmt.Errorf("hosts[%d]: %s: plainHTTP excludes ca and insecure", i, h.Name))
		case (h.User == "") != (h.PasswordEnv == ""):
			errs = append(errs, fmt.Errorf("hosts[%d]: %s: user and passwordEnv belong together", i, h.Name))
		case h.PerHost < 0:
			errs = append(errs, fmt.Errorf("hosts[%d]: %s: perHost is negative", i, h.Name))
		}
		seen[h.Name] = true
	}
	l := c.Limits
	if l.PerHost < 0 || l.Total < 0 || l.Attempts < 0 || l.Idle < 0 || l.RetryAfter < 0 {
		errs = append(errs, errors.New("limits: a limit is negative"))
	}
	return errors.Join(errs...)
}
