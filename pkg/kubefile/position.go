package kubefile

import "strconv"

// Position is a place in a Kubefile.
type Position struct {
	File   string // name as given to Parse
	Line   int    // from 1; 0 means the file as a whole
	Column int    // from 1, counted in characters; 0 means the line as a whole
}

// String is file:line:column, without the parts that are 0.
func (p Position) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
		if p.Column > 0 {
			s += ":" + strconv.Itoa(p.Column)
		}
	}
	return s
}

// before orders positions of one file.
func (p Position) before(q Position) bool {
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Column < q.Column
}
