package ui

import (
	"bufio"
	"encoding/json"
	"io"
)

// Format says how results are written. It is a pflag.Value. The zero value is
// Text.
type Format string

// The formats of --output.
const (
	Text       Format = "text" // for people
	JSONFormat Format = "json" // for programs: indented, its fields stable
)

var formats = [...]Format{Text, JSONFormat}

// Set reads the value of a flag.
func (f *Format) Set(value string) error {
	return choose(f, value, formats[:])
}

// String is the format's name.
func (f *Format) String() string {
	if *f == "" {
		return string(Text)
	}
	return string(*f)
}

// Type names the values in a command's help.
func (f *Format) Type() string { return alternatives(formats[:]) }

// Output writes the results of a command to standard output.
type Output struct {
	Format Format // default Text
	W      io.Writer
}

// Write writes v as JSON, or as the text that the function makes, buffered, and
// tells the first error of writing: a full disk behind "> file" is a failure.
func (o Output) Write(v any, text func(w io.Writer) error) error {
	buffered := bufio.NewWriter(o.W)
	var err error
	if o.Format == JSONFormat {
		err = WriteJSON(buffered, v)
	} else {
		err = text(buffered)
	}
	if flushed := buffered.Flush(); err == nil {
		err = flushed
	}
	return err
}

// WriteJSON writes v indented by two blanks and with a line end. It leaves <, >
// and & as they are.
func WriteJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
