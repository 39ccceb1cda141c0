package kubefile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProblemError(t *testing.T) {
	t.Parallel()
	tests := []struct {
		problem Problem
		want    string
	}{
		{Problem{Pos: Position{"a/Kubefile", 3, 5}, What: "what", Hint: "hint"}, "a/Kubefile:3:5: what; hint"},
		{Problem{Pos: Position{"K", 3, 0}, What: "what"}, "K:3: what"},
		{Problem{Pos: Position{"K", 0, 0}, What: "what"}, "K: what"},
		{Problem{What: "what", Hint: "hint"}, "what; hint"},
	}
	for _, test := range tests {
		if got := test.problem.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestProblemsOrder(t *testing.T) {
	t.Parallel()
	at := func(line, column int, rule string) Problem {
		return Problem{Pos: Position{"K", line, column}, Rule: rule, What: rule}
	}
	problems := Problems{at(2, 1, "c"), at(1, 9, "b"), at(1, 9, "a"), at(0, 0, "d"), at(1, 10, "e")}
	want := "K: d\nK:1:9: a\nK:1:9: b\nK:1:10: e\nK:2:1: c"
	if got := problems.err().Error(); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if err := (Problems{}).err(); err != nil {
		t.Errorf("no problems are the error %v", err)
	}
}

func TestProblemsErrors(t *testing.T) {
	t.Parallel()
	problems := Problems{{What: "a", Severity: Warning}, {What: "b"}}
	if diff := cmp.Diff(Problems{{What: "b"}}, problems.Errors()); diff != "" {
		t.Errorf("Errors (-want +got):\n%s", diff)
	}
	if got := problems[:1].Errors(); got != nil {
		t.Errorf("Errors of warnings: %v", got)
	}
	if got := Error.String() + Warning.String(); got != "errorwarning" {
		t.Errorf("severities: %s", got)
	}
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	want := []string{"ADD", "APP", "APPCMDS", "APPENV", "ARG", "CMD", "CMDS", "CNI", "COPY", "CSI", "ENV", "FROM",
		"KUBEVERSION", "LABEL", "LAUNCH", "MAINTAINER", "RUN"}
	if diff := cmp.Diff(want, Keywords()); diff != "" {
		t.Errorf("Keywords (-want +got):\n%s", diff)
	}
}
