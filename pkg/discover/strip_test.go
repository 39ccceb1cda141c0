package discover

import "testing"

func TestStripTemplate(t *testing.T) {
	t.Parallel()
	const l = leftover
	tests := []struct{ name, in, want string }{
		{"none", "a: b\n", "a: b\n"},
		{"inline", "image: {{ .X }}:1\n", "image: " + l + ":1\n"},
		{"control lines go", "a: b\n{{- if .X }}\nc: d\n{{- end }}\n", "a: b\nc: d\n"},
		{"several on a line", "{{ if .A }}{{ end }}\na: b\n", "a: b\n"},
		{"braces in a string", `a: {{ "}}" }}x` + "\n", "a: " + l + "x\n"},
		{"raw string", "a: {{ `}}` }}x\n", "a: " + l + "x\n"},
		{"escaped quote", `a: {{ "\"}}" }}x` + "\n", "a: " + l + "x\n"},
		{"over lines", "{{- /* one\n two */}}\na: b\n", "a: b\n"},
		{"quote in a comment", "{{/* it's */}}\na: b\n", "a: b\n"},
		{"never closed", "a: b\nc: {{ .X\n", "a: b\nc: {{ .X\n"},
		{"open string", "a: {{ \"x }}\n", "a: {{ \"x }}\n"},
		{"open comment", "a: {{/* x }}\n", "a: {{/* x }}\n"},
	}
	for _, test := range tests {
		if got := stripTemplate(test.in); got != test.want {
			t.Errorf("%s: stripTemplate(%q) = %q, want %q", test.name, test.in, got, test.want)
		}
	}
}
