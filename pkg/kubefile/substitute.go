package kubefile

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// substituter replaces variables in a word and takes its quotes and escapes
// away, as the Dockerfile reference has it. Of the forms ${NAME OP WORD} it knows
// -, +, ?, :-, :+ and :?, which is what buildah knows.
type substituter struct {
	text   string
	pos    int
	escape rune
	quotes bool // ' and " are quotes, not characters
	lookup func(name string) (string, bool)
	limit  int // most bytes of the result

	depth     int
	undefined []string // variables without a value, where no operator provides for that
}

// Bounds of what variables may make of a word, and of all words of a file.
const (
	maxExpansion = 16 << 20 // bytes
	maxNesting   = 50       // of ${A:-${B:-…}}
)

// replace returns the word as it will be used.
func (s *substituter) replace() (string, error) {
	value, _, err := s.until(eof)
	return value, err
}

// plain is the value of $name or ${name}.
func (s *substituter) plain(name string) string {
	value, set := s.lookup(name)
	if !set {
		s.undefined = append(s.undefined, name)
	}
	return value
}

// eof is what next and peek return at the end of the word.
const eof = rune(-1)

func (s *substituter) peek() rune {
	if s.pos >= len(s.text) {
		return eof
	}
	r, _ := utf8.DecodeRuneInString(s.text[s.pos:])
	return r
}

func (s *substituter) next() rune {
	if s.pos >= len(s.text) {
		return eof
	}
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	s.pos += size
	return r
}

// until reads to a stop character, which it takes, or to the end of the word.
// found says that it was there.
func (s *substituter) until(stop rune) (value string, found bool, err error) {
	if s.depth++; s.depth > maxNesting {
		return "", false, fmt.Errorf("variables are nested deeper than the bound of %d", maxNesting)
	}
	defer func() { s.depth-- }()
	var b strings.Builder
	for {
		c := s.next()
		piece := string(c)
		switch {
		case c == stop:
			return b.String(), true, nil
		case c == eof:
			return b.String(), false, nil
		case c == '$':
			piece, err = s.dollar()
		case c == '\'' && s.quotes:
			piece, err = s.single()
		case c == '"' && s.quotes:
			piece, err = s.double()
		case c == s.escape:
			if c = s.next(); c == eof {
				return b.String(), false, nil
			}
			piece = string(c)
		}
		if err != nil {
			return "", false, err
		}
		if b.Len()+len(piece) > s.limit {
			return "", false, errTooLong
		}
		b.WriteString(piece)
	}
}

var errTooLong = fmt.Errorf("the values of variables exceed the bound of %d bytes", maxExpansion)

// single reads what stands between single quotes: everything is itself.
func (s *substituter) single() (string, error) {
	inside, _, closed := strings.Cut(s.text[s.pos:], "'")
	if !closed {
		return "", errors.New("a single quote is not closed")
	}
	s.pos += len(inside) + 1
	return inside, nil
}

// double reads what stands between double quotes: $ is a variable, and the
// escape character works before ", $ and itself.
func (s *substituter) double() (string, error) {
	var b strings.Builder
	for {
		c := s.next()
		switch {
		case c == eof:
			return "", errors.New("a double quote is not closed")
		case c == '"':
			return b.String(), nil
		case c == '$':
			value, err := s.dollar()
			if err != nil {
				return "", err
			}
			if b.Len()+len(value) > s.limit {
				return "", errTooLong
			}
			b.WriteString(value)
			continue
		case c == s.escape:
			switch e := s.peek(); e {
			case eof:
				continue
			case '"', '$', s.escape:
				c = s.next()
			}
		}
		b.WriteRune(c)
	}
}
