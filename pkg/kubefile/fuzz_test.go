package kubefile

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var fuzzSeeds = []string{
	"FROM scratch\nCOPY a b\n",
	"# escape=`\n\n# c\nFROM x AS y\nRUN a `\n# in\n b\n",
	"\n# escape=x\nFROM a\\\nb \\\n#c\n\n\n#d",
	"ARG A=1\nFROM $A\nENV a=\"b c\" d='e'\\ f g\\\nLABEL k v  w \\\n x\n",
	"APP a local://b http://c\nAPPCMDS a [\"x\",\n\"y\"]\nLAUNCH [\"a\" ,\t\"\\u003c\"]\n",
	"CMD [\"a\",\\\n # c\n \"b\"]\nRUN [ -f x ] \\\\\n",
	"ADD --checksum=a --chown=\"1 2\" -- --x y/\nRUN <<A cat\nb\nA\n",
	"APPENV [\"a\",\"b=c\"]\nKUBEVERSION --x\nCOPY [\"a\tb\",\"#\"]",
	"RU\\\n#c\nN #a\nCMD a \\\\\n\n#b\n",
}

// FuzzParse looks for panics, and for files that the formatter changes.
func FuzzParse(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("f", strings.NewReader(text), Limits{Instructions: 100})
		if err != nil {
			return
		}
		formatted := file.Format()
		again, err := Parse("f", bytes.NewReader(formatted), Limits{Instructions: 100})
		if err != nil {
			t.Fatalf("the formatted file has errors: %v\n%q\n%q", err, text, formatted)
		}
		if diff := cmp.Diff(file, again, withoutPositions); diff != "" {
			t.Fatalf("the formatted file differs\n%q\n%q\n%s", text, formatted, diff)
		}
		if twice := again.Format(); !bytes.Equal(formatted, twice) {
			t.Fatalf("formatting is not stable\n%q\n%q\n%q", text, formatted, twice)
		}
	})
}

// FuzzExpand looks for panics in everything that follows Parse, and for formatted
// files that mean something else.
func FuzzExpand(f *testing.F) {
	for _, seed := range append(fuzzSeeds,
		"FROM scratch\nARG a\nENV b=${a:-x}${c:+y}$d\nCOPY ${ARCH}/* .\nAPP x local://$b\nLAUNCH x\n",
		"FROM profile://base\nAPP c helm://a/b/c@1\nCNI d oci://r/e:1\nCSI e component://f\nADD https://h/p /\n",
	) {
		f.Add(seed, "linux/arm64", "a", "b")
	}
	context := NewContext(fstest.MapFS{"a/b.yaml": {}, "x.sh": {}}, nil)
	f.Fuzz(func(t *testing.T, text, platform, name, value string) {
		file, err := Parse("f", strings.NewReader(text), Limits{Instructions: 100})
		if file == nil {
			return
		}
		opts := ExpandOptions{Platform: platform, BuildArgs: map[string]string{name: value}}
		Lint(file, LintOptions{ExpandOptions: opts, Context: context})
		script, expandErr := Expand(file, opts)
		if err != nil {
			return
		}
		again := mustParse(t, string(file.Format()))
		script2, err2 := Expand(again, opts)
		if (expandErr == nil) != (err2 == nil) {
			t.Fatalf("%v\nformatted: %v", expandErr, err2)
		}
		if diff := cmp.Diff(script, script2, withoutPositions, cmp.AllowUnexported(Script{}), withoutNames); diff != "" {
			t.Fatalf("the formatted file means something else\n%q\n%s", text, diff)
		}
	})
}

// FuzzIgnore looks for panics, and for walks that disagree with Excludes.
func FuzzIgnore(f *testing.F) {
	for _, seed := range []string{"*.md\n!a.md", "# c\na/**\n!a/b/c", "/a\n!", "[", "**/b\n\\", "a\\"} {
		f.Add(seed, "a/b/c")
	}
	fsys := fstest.MapFS{"a/b/c": {}, "a/b/d.md": {}, "a.md": {}, "e/f": {}}
	f.Fuzz(func(t *testing.T, text, pattern string) {
		ignore, err := ParseIgnore("i", strings.NewReader(text))
		if err != nil {
			return
		}
		context := NewContext(fsys, ignore)
		walked := walkFiles(t, context)
		for name := range fsys {
			excluded, err := ignore.Excludes(name)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if walked[name] == excluded {
				t.Errorf("%q: %s excluded: %v, walked: %v", text, name, excluded, walked[name])
			}
		}
		names, err := context.Glob(pattern)
		if err == nil && len(names) == 0 {
			t.Errorf("%q matches nothing and is no error", pattern)
		}
	})
}
