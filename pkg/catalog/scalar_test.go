package catalog

import (
	"testing"
	"time"
)

func TestSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Size{
		"12B": 12, "300KiB": 300 << 10, "1.5 GiB": 3 << 29, "120MiB": 120 << 20, "0B": 0,
		"": -1, "12": -1, "12MB": -1, "-1MiB": -1, "MiB": -1, "NaNB": -1, "InfB": -1, "1e9GiB": -1,
	} {
		var got Size
		err := got.UnmarshalText([]byte(text))
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("size %q: got %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"90s": "1m30s", "10m": "10m", "1h": "1h", "1h30m": "1h30m", "3600s": "1h", "1h5s": "1h0m5s",
		"": "", "soon": "", "10": "", "-5m": "", "0s": "", "1500ms": "",
	} {
		var got Duration
		err := got.UnmarshalText([]byte(text))
		if (err != nil) != (want == "") || err == nil && minutes(time.Duration(got)) != want {
			t.Errorf("duration %q: got %v, %v; want %q", text, minutes(time.Duration(got)), err, want)
		}
	}
	if got := Duration(0).Or(time.Minute); got != time.Minute {
		t.Errorf("default: got %v", got)
	}
	if got := Duration(time.Hour).Or(time.Minute); got != time.Hour {
		t.Errorf("given: got %v", got)
	}
}

func TestMode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Mode{
		"0755": 0o755, "644": 0o644, "0600": 0o600,
		"": 0, "rwx": 0, "0000": 0, "4755": 0, "0999": 0, "0o755": 0,
	} {
		var got Mode
		if err := got.UnmarshalText([]byte(text)); (err != nil) != (want == 0) || got != want {
			t.Errorf("mode %q: got %o, %v; want %o", text, got, err, want)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "charts/a-1.2.tgz": "charts/a-1.2.tgz", "--for=x": "--for=x",
		"": "''", "two words": "'two words'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "a;b": "'a;b'", "{.a}": "'{.a}'",
	} {
		if got := quote(text); got != want {
			t.Errorf("quote(%q): got %s, want %s", text, got, want)
		}
	}
}

func TestPositionFallsBackToWhatIsAround(t *testing.T) {
	t.Parallel()
	where := positions{"": {File: "f"}, "a": {"f", 1, 1}, "a[0]": {"f", 2, 1}}
	for path, want := range map[string]string{"a[0].b": "f:2:1", "a[1].b": "f:1:1", "a": "f:1:1", "c.d": "f"} {
		if got := where.at(path).String(); got != want {
			t.Errorf("at(%q): got %s, want %s", path, got, want)
		}
	}
}
