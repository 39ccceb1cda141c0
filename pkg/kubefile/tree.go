package kubefile

import "strings"

// File is the syntax tree of one Kubefile.
type File struct {
	Name         string // as given to Parse
	Escape       byte   // '\\', or '`' if a directive says so
	Directives   []Directive
	Instructions []*Instruction
	Comments     []Comment // after the last instruction
}

// Directive is a parser directive, a "# name=value" at the top of the file.
type Directive struct {
	Pos   Position
	Name  string // in lower case
	Value string
}

// Comment is a line whose first character that is no blank is '#'.
type Comment struct {
	Pos   Position
	Text  string // from the '#' on, without trailing blanks
	Blank bool   // an empty line stands before it
}

// Form says how the arguments of an instruction are written.
type Form uint8

// The forms.
const (
	Words  Form = iota // words between blanks, kept as written, quotes included
	JSON               // a JSON array of strings; Args are the decoded strings
	Text               // everything to the end, for a shell; an Arg is one line of it
	Legacy             // a name and then a value with blanks in it: "ENV name a value"
)

// Instruction is one instruction with the comments that belong to it.
type Instruction struct {
	Pos      Position  // of the keyword
	End      int       // its last line
	Keyword  string    // in capitals
	Comments []Comment // on the lines above
	Blank    bool      // an empty line stands before the keyword
	Inner    []Comment // between the lines of the instruction
	Flags    []Flag
	Form     Form
	Args     []Word // of APPCMDS the first is the app's name, the others are the array
}

// Flag is a --name or --name=value before the arguments.
type Flag struct {
	Pos      Position
	Name     string // without the dashes
	Value    Word   // as written, quotes included
	HasValue bool   // an '=' was given
}

// Word is a piece of an instruction with its place.
type Word struct {
	Pos  Position
	Text string
}

// Text is the whole argument of an instruction in Text form, its lines joined
// as docker joins them; in the other forms the arguments with blanks between.
func (i *Instruction) Text() string {
	var b strings.Builder
	for n, arg := range i.Args {
		if n > 0 && i.Form != Text {
			b.WriteByte(' ')
		}
		b.WriteString(arg.Text)
	}
	return b.String()
}

// operands are the arguments that count: in Words form, a word that begins with
// '#' begins a comment if enough arguments stand before it.
func (i *Instruction) operands() []Word {
	if sp := specs[i.Keyword]; i.Form == Words && (sp.grammar == wordsOnly || sp.grammar == wordsOrJSON) {
		for n, arg := range i.Args {
			if n >= max(sp.min, 1) && strings.HasPrefix(arg.Text, "#") {
				return i.Args[:n]
			}
		}
	}
	return i.Args
}

// flag is the flag of that name, nil if it is not given.
func (i *Instruction) flag(name string) *Flag {
	for n := range i.Flags {
		if i.Flags[n].Name == name {
			return &i.Flags[n]
		}
	}
	return nil
}
