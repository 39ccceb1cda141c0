package kubefile

import (
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"keyword and blanks", "from\t scratch\n  copy  a\tb ", "FROM scratch\nCOPY a b\n"},
		{"empty lines", "\n\nFROM a\n\n\n\nRUN b\n\n", "FROM a\n\nRUN b\n"},
		{"byte order mark", "\ufeffFROM a", "FROM a\n"},
		{"comments", "#a  \n\n\n  # b\nFROM a\n#c\n\n#d\n", "#a\n\n# b\nFROM a\n#c\n\n#d\n"},
		{"directives", "#ESCAPE=`\n# check = skip=all\nFROM a", "# escape=`\n# check=skip=all\n\nFROM a\n"},
		{"comment like a directive", "#\n# escape=`\nFROM a\\\nb", "#\n# escape=`\nFROM ab\n"},
		{"unknown directive", "# foo=bar\n# escape=`\nFROM a\\\nb", "# foo=bar\n# escape=`\nFROM ab\n"},
		{"no directive after an empty line", "\n# syntax=x\nFROM a", "\n# syntax=x\nFROM a\n"},
		{"array", "CMDS [\"a\",\"<b>\\u000a\" ]", "CMDS [\"a\", \"<b>\\n\"]\n"},
		{"comment behind the last argument", "FROM a\nCOPY a b \\\n# why\n", "FROM a\n# why\nCOPY a b\n"},
		{"comment before the first argument", "FROM \\\n # why\n a\n", "FROM \\\n    # why\n    a\n"},
		{"hash as an argument", "FROM a\nCOPY x\\\ny #\\\nz b", "FROM a\nCOPY xy #z \\\n    b\n"},
		{"first line without text", "FROM a\nRUN \\\n   x && \\\n   y", "FROM a\nRUN x && \\\n   y\n"},
		{"text line breaks", "FROM a\nRUN x \\ \n\n\\\n  \\\ny", "FROM a\nRUN x \\\n  \\\ny\n"},
		{"escape at the end", "FROM a\nRUN x \\\\", "FROM a\nRUN x \\\\\n"},
		{"flags", "FROM --platform=x \\\n a\nADD --chown='1:2'  --chmod=7 -- --a b", "FROM --platform=x \\\n    a\nADD --chown='1:2' --chmod=7 -- --a b\n"},
	}
	for _, test := range tests {
		if got := string(mustParse(t, test.text).Format()); got != test.want {
			t.Errorf("%s: got\n%q, want\n%q", test.name, got, test.want)
		}
	}
}

// A tree may be made by a program, with no positions.
func TestFormatWithoutPositions(t *testing.T) {
	t.Parallel()
	f := &File{Escape: '\\', Instructions: []*Instruction{
		{Keyword: "FROM", Args: []Word{{Text: "scratch"}}, Comments: []Comment{{Text: "# made by a program"}}},
		{Keyword: "APPCMDS", Form: JSON, Args: []Word{{Text: "web"}, {Text: "a"}, {Text: `"b"`}}, Blank: true},
		{Keyword: "LAUNCH", Form: JSON, Args: []Word{{Text: "web"}}},
	}}
	want := "# made by a program\nFROM scratch\n\nAPPCMDS web [\"a\", \"\\\"b\\\"\"]\nLAUNCH [\"web\"]\n"
	if got := string(f.Format()); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if _, err := Parse("K", strings.NewReader(want), Limits{}); err != nil {
		t.Error(err)
	}
}
