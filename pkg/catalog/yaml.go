package catalog

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxDepth bounds how deep lists and mappings may be nested. The parser's time
// and memory grow with the square of the depth, and no component needs ten.
const maxDepth = 100

// depthError means that a text is nested deeper than maxDepth.
type depthError struct{ token *token.Token }

func (e *depthError) Error() string {
	return fmt.Sprintf("lists and mappings are nested deeper than the limit of %d", maxDepth)
}

// parse reads YAML. It leaves duplicate keys to the caller, who can report all
// of them.
func parse(data []byte) (*ast.File, error) {
	tokens := lexer.Tokenize(string(data))
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		}
		// "- - - a" nests without brackets, two columns a level.
		dashes := t.Type == token.SequenceEntryType && t.Position.Column > 2*maxDepth
		if depth > maxDepth || dashes {
			return nil, &depthError{t}
		}
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}
