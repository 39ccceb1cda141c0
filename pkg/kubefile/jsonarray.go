package kubefile

import (
	"encoding/json"
	"strings"
)

// jsonArray is a JSON array found in the text of an instruction.
type jsonArray struct {
	words     []Word
	notString int // offset of the first element that is no string, or -1
	end       int // offset behind the ']'
}

// parseJSON reads a JSON array at offset from. ok is false when there is none:
// the text does not begin with '[', or it is not JSON.
func parseJSON(l *logical, from int) (array jsonArray, ok bool) {
	if from >= len(l.text) || l.text[from] != '[' {
		return array, false
	}
	// A tab within a string is not JSON. As a blank it does no harm, and the
	// meaning of a line does not hang on the kind of its blanks.
	text := strings.ReplaceAll(l.text, "\t", " ")
	decoder := json.NewDecoder(strings.NewReader(text[from:]))
	var elements []json.RawMessage
	if decoder.Decode(&elements) != nil {
		return array, false
	}
	array.notString, array.end = -1, from+int(decoder.InputOffset())
	offset := from + 1
	for _, element := range elements {
		for text[offset] == ' ' || text[offset] == ',' {
			offset++
		}
		word := Word{Pos: l.position(offset)}
		switch {
		case element[0] == '"' && json.Unmarshal(element, &word.Text) == nil:
			array.words = append(array.words, word)
		case array.notString < 0:
			array.notString = offset
		}
		offset += len(element)
	}
	return array, true
}

// quoteJSON writes a string as JSON, leaving <, > and & as they are.
func quoteJSON(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(s) != nil {
		return `""` // a string can always be encoded
	}
	return strings.TrimSuffix(b.String(), "\n")
}
