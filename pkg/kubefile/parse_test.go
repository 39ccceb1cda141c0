package kubefile

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestParsePositions(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "# top\n\n  FROM\t--platform=linux/amd64 ä b\\\ncd\n"+
		"APPCMDS web [ \"ü\", \\\n  # inner\n  \"b\"]\r\nRUN echo \\\n  a  \\\n\n b\n# end")
	var got []string
	at := func(kind string, p Position) { got = append(got, fmt.Sprintf("%s %d:%d", kind, p.Line, p.Column)) }
	for _, ins := range f.Instructions {
		for _, c := range ins.Comments {
			at(c.Text, c.Pos)
		}
		at(ins.Keyword, ins.Pos)
		for _, flag := range ins.Flags {
			at("--"+flag.Name, flag.Pos)
			at(flag.Value.Text, flag.Value.Pos)
		}
		for _, c := range ins.Inner {
			at(c.Text, c.Pos)
		}
		for _, arg := range ins.Args {
			at(arg.Text, arg.Pos)
		}
		got = append(got, fmt.Sprintf("end %d", ins.End))
	}
	for _, c := range f.Comments {
		at(c.Text, c.Pos)
	}
	want := []string{
		"# top 1:1", "FROM 3:3", "--platform 3:8", "linux/amd64 3:19", "ä 3:31", "bcd 3:33", "end 4",
		"APPCMDS 5:1", "# inner 6:3", "web 5:9", "ü 5:15", "b 7:3", "end 7",
		"RUN 8:1", "echo  8:5", "  a   9:1", " b 11:1", "end 11", "# end 12:1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

func TestParseForms(t *testing.T) {
	t.Parallel()
	tests := []struct {
		line string
		form Form
		args []string
	}{
		{`COPY a "b c" d`, Words, []string{"a", `"b`, `c"`, "d"}},
		{`COPY [abc]* d`, Words, []string{"[abc]*", "d"}},
		{`COPY ["a\u0020\"b", "c\\d"]`, JSON, []string{`a "b`, `c\d`}},
		{"COPY [\"a\tb\", \"c\"]", JSON, []string{"a b", "c"}},
		{`copy [ ] a`, Words, nil}, // an error, see below
		{`ENV a="b c" d='e "f' g=h\ i "j k"=l`, Words, []string{`a="b c"`, `d='e "f'`, `g=h\ i`, `"j k"=l`}},
		{`ENV a b=c  d`, Legacy, []string{"a", "b=c  d"}},
		{`ARG a b="c d"`, Words, []string{"a", `b="c d"`}},
		{`RUN echo "a`, Text, []string{`echo "a`}},
		{`RUN ["a", "b"]`, JSON, []string{"a", "b"}},
		{`RUN [ "a" = "b" ]`, Text, []string{`[ "a" = "b" ]`}},
		{`RUN echo $((1<<3)) <<< x`, Text, []string{`echo $((1<<3)) <<< x`}},
		{`RUN echo "<<EOF" '<<EOF'`, Text, []string{`echo "<<EOF" '<<EOF'`}},
		{`CMD --help`, Text, []string{"--help"}},
		{`LAUNCH a b`, Words, []string{"a", "b"}},
		{`LAUNCH ["a","b"]`, JSON, []string{"a", "b"}},
		{`appcmds  a   ["b c"]`, JSON, []string{"a", "b c"}},
		{`APPENV a b=c d="e f"`, Words, []string{"a", "b=c", `d="e f"`}},
		{`APPENV ["a", "b=c"]`, JSON, []string{"a", "b=c"}},
		{`KUBEVERSION >=1.2 <2`, Text, []string{">=1.2 <2"}},
		{"RUN a\\\nb\\", Text, []string{"a", "b"}},
	}
	for _, test := range tests {
		f, err := Parse("K", strings.NewReader("FROM scratch\n"+test.line), Limits{})
		if (err != nil) != (test.args == nil) {
			t.Errorf("%s: error %v", test.line, err)
		}
		if err != nil {
			continue
		}
		ins := f.Instructions[1]
		var args []string
		for _, arg := range ins.Args {
			args = append(args, arg.Text)
		}
		if diff := cmp.Diff(test.args, args); diff != "" || ins.Form != test.form {
			t.Errorf("%s: form %d, want %d; arguments (-want +got):\n%s", test.line, ins.Form, test.form, diff)
		}
	}
}

func TestInstructionText(t *testing.T) {
	t.Parallel()
	f := mustParse(t, "FROM a AS b\nRUN  x \\\n # c\n\n  y  \n")
	if got := f.Instructions[0].Text(); got != "a AS b" {
		t.Errorf("words: %q", got)
	}
	if got := f.Instructions[1].Text(); got != "x   y" {
		t.Errorf("text: %q", got)
	}
}

func TestParseLimits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		text   string
		limits Limits
		want   string
	}{
		{"size", "FROM scratch\n", Limits{FileSize: 12}, "K: the file exceeds the bound of 12 bytes (FileSize); a Kubefile holds instructions; put content into files of its context"},
		{"default size", strings.Repeat("#\n", 1<<19+1), Limits{}, "K: the file exceeds the bound of 1048576 bytes (FileSize); a Kubefile holds instructions; put content into files of its context"},
		{"line", "FROM scratch\n# long\n", Limits{LineLength: 12, FileSize: 99}, ""},
		{"long line", "FROM scratch\nRUN 0123456789\n", Limits{LineLength: 13}, "K:2: the line exceeds the bound of 13 bytes (LineLength); continue the instruction on another line"},
		{"default line", "FROM scratch\nRUN " + strings.Repeat("x", 1<<16), Limits{}, "K:2: the line exceeds the bound of 65535 bytes (LineLength); continue the instruction on another line"},
		{"instructions", "FROM scratch\nRUN a\nRUN b\n", Limits{Instructions: 2}, "K:3:1: the file exceeds the bound of 2 instructions (Instructions); merge instructions, or compose several files"},
		{"enough", "FROM scratch\nRUN a\n", Limits{Instructions: 2}, ""},
	}
	for _, test := range tests {
		_, err := Parse("K", strings.NewReader(test.text), test.limits)
		if got := fmt.Sprint(err); got != test.want && (err != nil || test.want != "") {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestParseReadError(t *testing.T) {
	t.Parallel()
	_, err := Parse("K", iotest.ErrReader(io.ErrUnexpectedEOF), Limits{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "read K") {
		t.Errorf("error %v", err)
	}
}

// The tree of a file with errors has what could be read.
func TestParsePartialTree(t *testing.T) {
	t.Parallel()
	f, err := Parse("K", strings.NewReader("FROM scratch\nOOPS\nRUN a\n"), Limits{})
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Rule != RuleSyntax {
		t.Fatalf("error %v, want one problem", err)
	}
	if f == nil || len(f.Instructions) != 2 {
		t.Errorf("tree %+v, want FROM and RUN", f)
	}
}

// Nothing about a file within its bounds may take more than a moment.
func TestParseLargeFiles(t *testing.T) {
	t.Parallel()
	const size = 1 << 18
	for name, text := range map[string]string{
		"lines":     "FROM scratch\nRUN a" + strings.Repeat("\\\nb", size/3),
		"words":     "FROM scratch\nCOPY a" + strings.Repeat(" \\\nb", size/4),
		"comments":  "FROM scratch\nCOPY a \\\n" + strings.Repeat("#\n", size/2) + " b",
		"unknown":   "FROM scratch\n" + strings.Repeat("X\n", size/2),
		"flags":     "FROM scratch\nCOPY " + strings.Repeat("--chown=1 \\\n", size/12),
		"brackets":  "FROM scratch\nCOPY " + strings.Repeat("[\\\n", size/3),
		"launch":    "FROM scratch\nLAUNCH" + strings.Repeat(" \\\na", size/4),
		"undefined": "FROM scratch\nENV" + strings.Repeat(" \\\na=$b", size/8),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, _ := Parse("K", strings.NewReader(text), Limits{})
			f.Format()
			Lint(f, LintOptions{})
		})
	}
}
