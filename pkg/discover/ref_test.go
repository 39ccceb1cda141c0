package discover

import "testing"

func TestReadRef(t *testing.T) {
	t.Parallel()
	const sum = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	tests := []struct {
		in   string
		want strength
		full string
	}{
		{"busybox", bare, "docker.io/library/busybox:latest"},
		{"busybox:1.28", short, "docker.io/library/busybox:1.28"},
		{"a/b:1", tagged, "docker.io/a/b:1"},
		{"quay.io/a/b:1", full, "quay.io/a/b:1"},
		{"quay.io/a/b", bare, "quay.io/a/b:latest"},
		{"localhost:5000/b:1", full, "localhost:5000/b:1"},
		{"localhost:5000/b", bare, "localhost:5000/b:latest"},
		{"a" + sum, full, "docker.io/library/a" + sum},
		{"oci://quay.io/a/b:1", full, "quay.io/a/b:1"},
		{"", notRef, ""},
		{" a:1", notRef, ""},
		{"a:1 ", notRef, ""},
		{"a/B:1", notRef, ""},
		{"https://quay.io/a/b:1", notRef, ""},
		{"quay.io/a/b:${tag}", notRef, ""},
		{"quay.io/a/" + leftover + ":1", notRef, ""},
		{"quay.io/a/b:" + leftover, notRef, ""},
		{"a/b:1,c/d:2", notRef, ""},
	}
	for _, test := range tests {
		ref, got := readRef(test.in)
		if got != test.want {
			t.Errorf("readRef(%q) = strength %d, want %d", test.in, got, test.want)
		}
		if got != notRef && ref.String() != test.full {
			t.Errorf("readRef(%q) = %s, want %s", test.in, ref, test.full)
		}
	}
}

func TestLooksLike(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{
		"quay.io/a/b:1.0":                 true,
		"quay.io/a/b:latest":              true,
		"apache/skywalking:10.4.0":        true,
		"registry:5000/a/b:v1":            true,
		"10.0.0.1:5000/a/b:v1":            true,
		"a/b:8080":                        false, // a port
		"busybox:1.0":                     false, // no path
		"apps/v1":                         false,
		"system:serviceaccount:a:b":       false,
		"db.example.com:5432/orders":      false,
		"/var/lib/a:/data":                false,
		"https://example.com/a:1":         false,
		"application/vnd.oci.image.v1+js": false,
		"demo/app:name":                   false, // no release
		"12:30:00":                        false,
		"a-b/c@1.2.3":                     false,
		"file.v1/x:1":                     false,
	}
	for in, want := range tests {
		if _, got := looksLike(in); got != want {
			t.Errorf("looksLike(%q) = %v, want %v", in, got, want)
		}
	}
}
