//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opc-source/opc-image/pkg/preflight"
)

func facts() *preflight.Facts {
	return &preflight.Facts{
		Kernel: "6.1.0", OS: map[string]string{"ID": "debian"}, CgroupV2: true, CPUs: 2, Memory: 4 << 30, Hostname: "m1",
		Disks: []preflight.Disk{{Path: "/var/lib", Free: 80 << 30, Total: 100 << 30}}, Now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Synchronized: true,
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args   string
		env    map[string]string
		change func(*preflight.Facts)
		out    []string
		err    string
	}{
		"fit":           {args: "--role master", out: []string{"m1: fit for a master"}},
		"fit by itself": {out: []string{"m1: fit for a node"}},
		"not fit": {
			args: "--role master", change: func(f *preflight.Facts) { f.CPUs, f.SELinux, f.Synchronized = 1, true, false },
			out: []string{"m1: cpu: error: 1 processor", "m1: clock: warning: ", "m1: selinux: error: ", "    set it to permissive"},
			err: "m1 cannot become part of a cluster (2 errors above); nothing was installed",
		},
		"ignored": {
			args: "--role master", change: func(f *preflight.Facts) { f.CPUs, f.SELinux = 1, true }, env: map[string]string{"IgnorePreflight": "cpu,selinux"},
			out: []string{"m1: cpu: warning: ", "m1: fit for a master"},
		},
		"skipped":       {env: map[string]string{"SkipPreflight": "true"}, change: func(f *preflight.Facts) { f.CPUs = 0 }, out: []string{"skipped, as SkipPreflight says"}},
		"cgroup v1":     {env: map[string]string{"AllowCgroupV1": "true"}, change: func(f *preflight.Facts) { f.CgroupV2 = false }, out: []string{"fit for a node"}},
		"registry port": {args: "--role master", env: map[string]string{"RegistryPort": "5001"}, change: func(f *preflight.Facts) { f.Listening = []uint16{5000, 5001} }, out: []string{"port 5001\n"}, err: "1 errors"},
		"a bad port":    {env: map[string]string{"RegistryPort": "x"}, err: `RegistryPort "x" is not a port`},
		"a bad role":    {args: "--role king", err: `--role "king" is not master or node`},
		"a bad flag":    {args: "--king", err: "flag provided but not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			if test.change != nil {
				test.change(f)
			}
			var out bytes.Buffer
			h := host{out: &out, getenv: func(k string) string { return test.env[k] }, gather: func() (*preflight.Facts, error) { return f, nil }}
			err := h.run(t.Context(), append([]string{"preflight"}, strings.Fields(test.args)...))
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("%v, want %q in it", err, test.err)
			}
			for _, want := range test.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("want %q in\n%s", want, &out)
				}
			}
		})
	}
}

const (
	wellNode   = `{"kind":"Node","metadata":{"name":"m1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}`
	illNode    = `{"kind":"Node","metadata":{"name":"n1"},"status":{"conditions":[{"type":"Ready","status":"False","message":"no network"}]}}`
	newNode    = `{"kind":"Node","metadata":{"name":"n2"},"status":{}}`
	wellDNS    = `{"kind":"Deployment","metadata":{"name":"coredns"},"spec":{"replicas":2},"status":{"availableReplicas":2}}`
	illDNS     = `{"kind":"Deployment","metadata":{"name":"coredns"},"spec":{"replicas":2},"status":{"availableReplicas":1}}`
	illDefault = `{"kind":"Deployment","metadata":{"name":"x"},"spec":{},"status":{}}`
	wellProxy  = `{"kind":"DaemonSet","metadata":{"name":"kube-proxy"},"status":{"desiredNumberScheduled":2,"numberReady":2}}`
	illProxy   = `{"kind":"DaemonSet","metadata":{"name":"kube-proxy"},"status":{"desiredNumberScheduled":2,"numberReady":1}}`
	illPod     = `{"kind":"Pod","metadata":{"name":"etcd-m1"},"status":{"phase":"Pending"}}`
)

func items(all ...string) string { return `{"items":[` + strings.Join(all, ",") + `]}` }

func TestHealth(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args    string
		answers []string // one a round; "" is an error
		err     []string
	}{
		"well":         {answers: []string{items(wellNode, wellDNS, wellProxy)}},
		"ill":          {answers: []string{items(wellNode, illNode, newNode, illDNS, illDefault, illProxy)}, err: []string{"node n1 is not ready: no network", "node n2 is not ready\n", "deployment coredns has 1 of 2 pods", "deployment x has 0 of 1 pods", "daemonset kube-proxy is ready on 1 of 2 nodes"}},
		"becomes well": {args: "--wait 10s", answers: []string{"", items(illNode), items(wellNode, illDNS), items(wellNode, wellDNS)}},
		"too late":     {args: "--wait 2s", answers: []string{items(illNode), items(illNode), items(illNode), items(illNode), items(wellNode)}, err: []string{"node n1"}},
		"down":         {answers: []string{""}, err: []string{"the API server is not ready: no answer"}},
		"empty":        {answers: []string{items()}, err: []string{"there is nothing in the cluster"}},
		"nonsense":     {answers: []string{"x"}, err: []string{"kubectl's answer: "}},
		"before, ill":  {args: "--before-network", answers: []string{items(illPod)}, err: []string{"pod etcd-m1 is not ready"}},
		"wrong flag":   {args: "--soon", err: []string{"flag provided but not defined"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				round := 0
				h := host{out: &out, now: time.Now, kubectl: func(_ context.Context, args ...string) ([]byte, error) {
					if args[1] == "--raw" {
						if round++; test.answers[round-1] == "" {
							return nil, errors.New("no answer")
						}
						return []byte("ok"), nil
					}
					if early := strings.Contains(test.args, "before"); early != strings.Contains(strings.Join(args, " "), "tier=control-plane") {
						t.Errorf("asked for %v", args)
					}
					return []byte(test.answers[round-1]), nil
				}}
				err := h.run(t.Context(), append([]string{"health"}, strings.Fields(test.args)...))
				if (err == nil) != (test.err == nil) {
					t.Fatalf("%v, want %q", err, test.err)
				}
				for _, want := range test.err {
					if !strings.Contains(err.Error()+"\n", want) {
						t.Errorf("%v\nwant %q in it", err, want)
					}
				}
			})
		})
	}
}

func TestAskAndClock(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ill":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/timeless":
			w.Header()["Date"] = nil
		default:
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)
	for name, test := range map[string]struct {
		line string
		skew time.Duration
		err  string
	}{
		"ask":             {"ask " + server.URL + "/v2/", 0, ""},
		"ask an ill one":  {"ask " + server.URL + "/ill", 0, "answers 503"},
		"ask a timeless":  {"ask " + server.URL + "/timeless", 0, ""},
		"ask nobody":      {"ask http://127.0.0.1:1/", 0, "refused"},
		"ask nothing":     {"ask", 0, "usage: opc-host"},
		"ask a non-URL":   {"ask %", 0, "invalid URL"},
		"clock":           {"clock " + server.URL, 0, ""},
		"clock fast":      {"clock " + server.URL, 20 * time.Second, ""},
		"clock too fast":  {"clock " + server.URL, 2 * time.Minute, "set it, and run chronyd"},
		"clock too slow":  {"clock " + server.URL, -2 * time.Minute, "apart from that of"},
		"clock of nobody": {"clock http://127.0.0.1:1/", 0, "refused"},
		"clock, timeless": {"clock " + server.URL + "/timeless", 0, "does not tell the time"},
		"something else":  {"fix", 0, "usage: opc-host"},
		"nothing":         {"", 0, "usage: opc-host"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := host{now: func() time.Time { return time.Now().Add(test.skew) }}
			err := h.run(t.Context(), strings.Fields(test.line))
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("%v, want %q in it", err, test.err)
			}
		})
	}
}
