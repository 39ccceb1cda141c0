package compose_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opc-source/opc-image/pkg/compose"
	"github.com/opc-source/opc-image/pkg/sealer"
)

var appFiles = map[string]string{
	"kube/b.yaml":           "b",
	"kube/a.yml":            "a",
	"scripts/1.sh":          "1",
	"chart/Chart.yaml":      "name: c",
	"chart/values.yaml":     "",
	"chart/templates/x.yml": "x",
	"mixed/x.yaml":          "x",
	"mixed/x.conf":          "x",
	"ignored/x.yaml":        "x",
	"ignored/notes.txt":     "excluded",
	".dockerignore":         "ignored/*.txt\n",
}

func TestApps(t *testing.T) {
	t.Parallel()
	const helm, kube, shell = sealer.HelmApp, sealer.KubeApp, sealer.ShellApp
	for name, test := range map[string]struct {
		kubefile string
		want     sealer.Application
		files    string
	}{
		"manifests": {"APP x local://kube", sealer.Application{Type: kube, Files: []string{"a.yml", "b.yaml"}},
			"drwxr-xr-x application/apps/x\n-rw-r--r-- application/apps/x/a.yml = a\n-rw-r--r-- application/apps/x/b.yaml = b\n"},
		"one file": {"APP x local://kube/a.yml", sealer.Application{Type: kube, Files: []string{"a.yml"}},
			"-rw-r--r-- application/apps/x/a.yml = a\n"},
		"scripts": {"APP x local://scripts", sealer.Application{Type: shell, Files: []string{"1.sh"}},
			"drwxr-xr-x application/apps/x\n-rw-r--r-- application/apps/x/1.sh = 1\n"},
		"a chart": {"APP x local://chart", sealer.Application{Type: helm, Files: []string{"x"}},
			"drwxr-xr-x application/apps/x\n-rw-r--r-- application/apps/x/Chart.yaml = name: c\ndrwxr-xr-x application/apps/x/templates\n-rw-r--r-- application/apps/x/templates/x.yml = x\n-rw-r--r-- application/apps/x/values.yaml = \n"},
		"what is excluded does not count": {"APP x local://ignored", sealer.Application{Type: kube, Files: []string{"x.yaml"}},
			"drwxr-xr-x application/apps/x\n-rw-r--r-- application/apps/x/x.yaml = x\n"},
		"a download": {"APP x https://x.example/y/install.yaml?ref=1", sealer.Application{Type: kube, Files: []string{"install.yaml"}},
			"-rw-r--r-- application/apps/x/install.yaml <- https://x.example/y/install.yaml?ref=1\n"},
		"a chart of a repository": {"APP x helm://charts.example/stable/redis@1.2.3",
			sealer.Application{Version: "", Cmds: []string{"helm upgrade --install x charts/redis-1.2.3.tgz"}},
			"-rw-r--r-- application/apps/x/charts/redis-1.2.3.tgz <- https://charts.example/stable#redis@1.2.3\n"},
		"charts get releases of their own": {"APP x helm://c.example/redis@1.2.3 oci://r.example/charts/pg:2.0.0",
			sealer.Application{Cmds: []string{"helm upgrade --install redis charts/redis-1.2.3.tgz && helm upgrade --install pg charts/pg-2.0.0.tgz"}},
			"-rw-r--r-- application/apps/x/charts/redis-1.2.3.tgz <- https://c.example#redis@1.2.3\n-rw-r--r-- application/apps/x/charts/pg-2.0.0.tgz <- oci://r.example/charts/pg:2.0.0\n"},
		"commands": {`APP x local://mixed
APPCMDS x ["one", "two"]
APPENV x A=1 B="2 3"
APPENV x A=4`, sealer.Application{Cmds: []string{"one", "two"}, Env: map[string]string{"A": "4", "B": "2 3"}},
			"drwxr-xr-x application/apps/x\n-rw-r--r-- application/apps/x/x.conf = x\n-rw-r--r-- application/apps/x/x.yaml = x\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(t, fixture{kubefile: test.kubefile, context: appFiles})
			test.want.Name = "x"
			if got := p.Apps[0]; got.Version != "" {
				test.want.Version = "v1"
			}
			if diff := cmp.Diff([]sealer.Application{test.want}, p.Apps); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(test.files, list(t, p.Files)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAppKinds(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{context: appFiles, kubefile: `
CNI net local://kube
CSI disk local://scripts
APP other local://chart
KUBEVERSION 1.30 - 1.36
MAINTAINER somebody
LABEL a=1 b=2
LABEL a=3
ENV X=1
ENV X=2 Y=$X
LAUNCH ["net", "disk"]`})
	got := compose.Plan{
		CNI: p.CNI, CSI: p.CSI, SupportedKube: p.SupportedKube, Author: p.Author, Metadata: p.Metadata, Launch: p.Launch,
	}
	want := compose.Plan{
		CNI: []string{"net"}, CSI: []string{"disk"}, SupportedKube: "1.30 - 1.36", Author: "somebody",
		Metadata: compose.Metadata{Env: []string{"X=1", "X=2", "Y=1"}, Labels: map[string]string{"a": "3", "b": "2"}},
		Launch:   sealer.Launch{AppNames: []string{"net", "disk"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p.Type != sealer.KubeInstaller || p.KubeVersion != compose.DefaultKubeVersion {
		t.Errorf("defaults: %s, %s", p.Type, p.KubeVersion)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: `CMDS ["a b", "c"]`})
	if diff := cmp.Diff(sealer.Launch{Cmds: []string{"a b", "c"}}, p.Launch); diff != "" {
		t.Error(diff)
	}
	p = plan(t, fixture{kubefile: "CMD a b\nCMD [\"c\"]"})
	if diff := cmp.Diff(sealer.Launch{Cmds: []string{"a b", "c"}}, p.Launch); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(strings.Join(p.Warnings, "\n"), "Kubefile:2:1: CMD is deprecated") {
		t.Errorf("warnings %q", p.Warnings)
	}
}

// TestAppFilesReplaceOneAnother holds what a fixture of sealer's tests does.
func TestAppFilesReplaceOneAnother(t *testing.T) {
	t.Parallel()
	p := plan(t, fixture{kubefile: "APP x local://mixed/x.yaml local://ignored", context: appFiles})
	want := "Kubefile:2:28: the file x.yaml of local://ignored replaces that of local://mixed/x.yaml"
	if diff := cmp.Diff([]string{want}, p.Warnings); diff != "" {
		t.Error(diff)
	}
}

func TestAppErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kubefile, want string }{
		"no type":             {"APP x local://mixed", `Kubefile:2:5: the files of the app "x" do not tell how to launch it`},
		"a chart and a file":  {"APP x helm://c.example/redis@1.2.3 local://kube", `Kubefile:2:1: app x is neither a chart nor only .yaml nor only .sh files`},
		"no file":             {"APP x local://gone", "Kubefile:2:7: gone matches no file"},
		"chart by digest":     {"APP x oci://r.example/c@sha256:" + strings.Repeat("a", 64), "Kubefile:2:1: APP: chart c is named by the digest of a manifest"},
		"chart of no version": {"CNI x helm://c.example/redis", "Kubefile:2:1: CNI: chart redis has no version"},
		"two files of a name": {"APP x https://a.example/i.yaml https://b.example/i.yaml", "both https://a.example/i.yaml and https://b.example/i.yaml give the app a file i.yaml"},
		"unknown app":         {"APPENV y A=1", `Kubefile:2:8: APPENV names the app "y", which is not declared above`},
		"launch of no app":    {`LAUNCH ["y"]`, `Kubefile:2:9: LAUNCH names the app "y"`},
		"twice":               {"APP x local://kube\nAPP x local://scripts", `Kubefile:3:5: the app "x" is declared already in line 2`},
		"URL without a name":  {"APP x https://a.example/dir/\nAPPCMDS x [\"y\"]", "Kubefile:2:1: APP: https://a.example/dir/ ends in no file name"},
		"no catalog":          {"APP x component://x", "Kubefile:2:1: APP: there is no catalog"},
		"base's app": {"FROM r.example/base:1\nAPPCMDS y [\"z\"]",
			"Kubefile:2:1: APPCMDS: app y is not declared in this Kubefile, and the apps of a base image cannot be changed"},
		"several at once": {"APP x local://mixed\nAPP y local://gone", "Kubefile:3:7: gone matches no file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := build(t, fixture{kubefile: test.kubefile, context: appFiles})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v\n  want %s", err, test.want)
			}
		})
	}
}
