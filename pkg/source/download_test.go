package source

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/opc-source/opc-image/pkg/remote"
	"github.com/opc-source/opc-image/pkg/remote/remotetest"
)

// files serves files by path, with ranges and ETags.
type files map[string]string

func (f files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, ok := f[r.URL.Path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", `"`+digest.FromString(data).Encoded()[:8]+`"`)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(data))
}

func TestDownload(t *testing.T) {
	t.Parallel()
	const content = "0123456789"
	sum := digest.FromString(content)
	etag := `"` + sum.Encoded()[:8] + `"`
	const lie = "; the host serves something else than was published: ask who runs it, or use another mirror"
	tests := map[string]struct {
		file     File
		faults   []remotetest.Fault
		kept     string
		have     bool
		sent     int64 // -1: not looked at
		requests int
		err      string
	}{
		"known":            {file: File{Digest: sum}, sent: 10, requests: 1},
		"known, resumed":   {file: File{Digest: sum}, kept: "0123", sent: 6, requests: 1},
		"known, there":     {file: File{Digest: sum}, have: true},
		"known, truncated": {file: File{Digest: sum, Size: 10}, faults: []remotetest.Fault{remotetest.Truncate(4)}, sent: 10, requests: 2},
		"known, a lie":     {file: File{Digest: sum, For: "cola"}, faults: []remotetest.Fault{remotetest.Flip}, sent: 10, requests: 1, err: "http://HOST/f: download for cola at HOST: wrong content: its digest is not " + sum.String() + lie},
		"trusting":         {sent: 10, requests: 1},
		"trusting, broken": {faults: []remotetest.Fault{remotetest.Truncate(4)}, sent: 10, requests: 2},
		"too large":        {file: File{Limit: 9}, sent: -1, requests: 1, err: "http://HOST/f: download at HOST: wrong content: larger than the limit of 9 bytes" + lie},
		"not there":        {faults: []remotetest.Fault{remotetest.Status(404)}, requests: 1, err: "http://HOST/f: download at HOST: 404 Not Found; check the name and the version, or whether the mirror carries it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := remotetest.Serve(t, files{"/f": content})
			srv.Fault("", "", append(tt.faults, nil)...)
			st := newFake()
			src := newSource(t, remote.Config{}, st)
			st.partial[sum] = []byte(tt.kept)
			if tt.have {
				st.blobs[sum] = []byte(content)
			}
			tt.file.URL = srv.URL + "/f"
			got, err := src.Download(t.Context(), tt.file, nil)
			check(t, err, srv.Host(), tt.err)
			want := Got{URL: tt.file.URL, Digest: sum, Size: 10, ETag: etag}
			if tt.have {
				want.ETag = ""
			}
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				t.Error(diff)
			}
			if _, err := st.Stat(sum); (err == nil) != (tt.err == "") {
				t.Errorf("in the store: %v", err)
			}
			if n := srv.Sent("", ""); tt.sent >= 0 && n != tt.sent || len(srv.Log("", "")) != tt.requests {
				t.Errorf("%d bytes in %d requests, want %d in %d", n, len(srv.Log("", "")), tt.sent, tt.requests)
			}
		})
	}
}

// TestDownloadFromMirror: parts of two places are put together only when a
// digest will tell.
func TestDownloadFromMirror(t *testing.T) {
	t.Parallel()
	for known, wantSent := range map[bool]int64{true: 6, false: 10} {
		mirror := remotetest.Serve(t, files{"/m/f": "0123456789"})
		srv := remotetest.Serve(t, files{"/f": "0123456789"})
		src := newSource(t, remote.Config{Mirrors: []remote.Mirror{{From: srv.URL, To: []string{mirror.URL + "/m"}}}}, newFake())
		mirror.Fault("", "", remotetest.Truncate(4), remotetest.Status(404))
		f := File{URL: srv.URL + "/f"}
		if known {
			f.Digest = digest.FromString("0123456789")
		}
		got, err := src.Download(t.Context(), f, nil)
		if err != nil || got.Digest != digest.FromString("0123456789") {
			t.Errorf("%+v, %v", got, err)
		}
		if n := srv.Sent("", ""); n != wantSent {
			t.Errorf("known %v: the original sent %d bytes, want %d", known, n, wantSent)
		}
	}
}

func TestDownloadBadDigest(t *testing.T) {
	t.Parallel()
	src := newSource(t, remote.Config{}, newFake())
	_, err := src.Download(t.Context(), File{URL: "https://x.example/f", Digest: "md5:1"}, nil)
	check(t, err, "", `https://x.example/f: "md5:1" is no SHA-256 digest`)
}
