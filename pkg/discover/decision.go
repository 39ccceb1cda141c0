package discover

import (
	"fmt"

	"github.com/opc-source/opc-image/pkg/reference"
)

// Component is what a component's definition says about its images.
type Component struct {
	Name     string
	Declared []DeclaredImage // what it says it needs
	Exclude  []Exclusion     // what objects name and it does not need
}

// DeclaredImage is an image the component says it needs.
type DeclaredImage struct {
	Image string // its name; docker.io, library/ and :latest may be left out
	// Extra is why the image is needed although no object names it, such as one
	// compiled into an operator. When it is empty, discovery has to find the
	// image.
	Extra string
}

// Exclusion is a name that discovery finds and the cluster never asks for.
type Exclusion struct {
	Image  string // as found, or in full; * and ? as in path.Match stand for other names
	Reason string // required
}

// Needed is an image that goes into the cluster image, with all that asks for it.
type Needed struct {
	Image    reference.Ref `json:"image"`
	Evidence []Finding     `json:"evidence,omitempty"` // none for an Extra
	Extra    string        `json:"extra,omitempty"`    // see DeclaredImage
}

// Excluded is an image left out on the component's word.
type Excluded struct {
	Image    reference.Ref `json:"image"`
	Evidence []Finding     `json:"evidence"`
	Reason   string        `json:"reason"` // of the Exclusion
}

// ProblemKind says what is wrong between what was found and what is declared.
type ProblemKind string

const (
	// Undecided is a suspected image that is neither declared nor excluded.
	Undecided ProblemKind = "undecided"
	// Undeclared is an image that was found and is not declared.
	Undeclared ProblemKind = "undeclared"
	// Vanished is a declared image that is no longer found.
	Vanished ProblemKind = "vanished"
	// Unreadable is a place that should hold an image and holds something else.
	Unreadable ProblemKind = "unreadable"
	// Stale is an exclusion of something that is not found.
	Stale ProblemKind = "stale"
	// Invalid is a declaration that cannot be read or contradicts another.
	Invalid ProblemKind = "invalid"
)

// Problem is one thing a person has to decide.
type Problem struct {
	Kind     ProblemKind `json:"kind"`
	Image    string      `json:"image"`              // its name, or the text that stands where one belongs
	Evidence []Evidence  `json:"evidence,omitempty"` // none for an image that is only declared
	Advice   string      `json:"advice"`             // what to do about it
}

// Decision is the outcome for one component. Problems that are not empty stop a
// build.
type Decision struct {
	Component string     `json:"component"`
	Images    []Needed   `json:"images"`
	Excluded  []Excluded `json:"excluded,omitempty"`
	Problems  []Problem  `json:"problems,omitempty"`
}

// Err is nil when there are no problems, else an error that shows the diff.
func (d *Decision) Err() error {
	if len(d.Problems) == 0 {
		return nil
	}
	return fmt.Errorf("component %s: %d images need a decision:\n%s", d.Component, len(d.Problems), d.Diff())
}
