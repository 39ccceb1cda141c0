package kubefile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDirectives(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
		escape     byte
	}{
		{"none", "FROM a", nil, '\\'},
		{"escape", "# escape=`\nFROM a", []string{"1:1 escape=`"}, '`'},
		{"as it was", "#escape=\\\nFROM a", []string{`1:1 escape=\`}, '\\'},
		{"blanks and capitals", "  #  EsCaPe =  `  \nFROM a", []string{"1:3 escape=`"}, '`'},
		{"syntax first", "# syntax=docker/dockerfile:1.7\n# escape=`\nFROM a", []string{"1:1 syntax=docker/dockerfile:1.7", "2:1 escape=`"}, '`'},
		{"check", "# check=skip=all;error=true\nFROM a", []string{"1:1 check=skip=all;error=true"}, '\\'},
		{"after a comment", "# a comment\n# escape=`\nFROM a", nil, '\\'},
		{"after an empty line", "\n# escape=`\nFROM a", nil, '\\'},
		{"after an instruction", "FROM a\n# escape=`\n", nil, '\\'},
		{"after an unknown one", "# platform=linux\n# escape=`\nFROM a", nil, '\\'},
		{"without a value", "# escape=\nFROM a", nil, '\\'},
	}
	for _, test := range tests {
		f := mustParse(t, test.text)
		var got []string
		for _, d := range f.Directives {
			got = append(got, fmt.Sprintf("%d:%d %s=%s", d.Pos.Line, d.Pos.Column, d.Name, d.Value))
		}
		if diff := cmp.Diff(test.want, got); diff != "" || f.Escape != test.escape {
			t.Errorf("%s: escape %q, want %q (-want +got):\n%s", test.name, f.Escape, test.escape, diff)
		}
	}
}

// The escape character continues lines, and escapes in words.
func TestEscapeDirective(t *testing.T) {
	t.Parallel()
	script := mustExpand(t, "# escape=`\nFROM scratch\nENV A=`$x\\y `\n  B=\"`\"q`\"\"\n", ExpandOptions{})
	want := []Var{{Name: "A", Value: `$x\y`}, {Name: "B", Value: `"q"`}}
	if diff := cmp.Diff([]Step{Env{Vars: want}}, script.Steps, bare); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

func TestHeredocs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line    string
		refused bool
	}{
		{"RUN <<EOF", true},
		{"RUN cat <<-'EOF' >x", true},
		{`COPY <<"EOF" x`, true},
		{"ADD 3<<EOF x", true},
		{"RUN --network=none <<EOF sh", true},
		{"RUN cat << EOF", false}, // the shell's business
		{"RUN cat <<<EOF", false},
		{"RUN echo $((1<<EOF))", false},
		{"RUN echo '<<EOF'", false},
		{`RUN ["cat", "<<EOF"]`, false},
		{"CMD cat <<EOF", false},
		{"APP a local://<<EOF", false},
		{"LABEL a=<<EOF", false},
	}
	for _, test := range tests {
		_, err := Parse("K", strings.NewReader("FROM scratch\n"+test.line+"\n"), Limits{})
		if refused := err != nil && strings.Contains(err.Error(), "no here-documents"); refused != test.refused {
			t.Errorf("%s: error %v, refused as a here-document: want %v", test.line, err, test.refused)
		}
	}
	// Without its end, only the line itself is passed over.
	f, _ := Parse("K", strings.NewReader("FROM scratch\nRUN <<EOF\nRUN a\n"), Limits{})
	if len(f.Instructions) != 3 {
		t.Errorf("%d instructions, want 3", len(f.Instructions))
	}
}
