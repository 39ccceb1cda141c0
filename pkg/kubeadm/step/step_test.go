package step

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeHost notes what is run, with the root cut off.
type fakeHost struct {
	root  string
	calls []string
	fail  map[string]int // how often a call with this in it fails
	has   []string       // the addresses of its interface
}

var errFake = errors.New("failed as asked")

func (h *fakeHost) note(verb, program string, args []string) error {
	call := strings.ReplaceAll(verb+" "+program+" "+strings.Join(args, " "), h.root, "")
	h.calls = append(h.calls, call)
	for part, n := range h.fail {
		if n > 0 && strings.Contains(call, part) {
			h.fail[part]--
			return errFake
		}
	}
	return nil
}

func (h *fakeHost) Become(program string, args []string) error {
	return h.note("become", program, args)
}

func (h *fakeHost) Run(_ context.Context, program string, args []string) error {
	return h.note("run", program, args)
}

func (h *fakeHost) Output(_ context.Context, program string, args []string) (string, error) {
	if err := h.note("output", program, args); err != nil {
		return "", err
	}
	switch strings.Join(args[:min(2, len(args))], " ") {
	case "init phase":
		return "W1 some warning\n[upload-certs] Using certificate key:\n" + key + "\n", nil
	case "token create":
		return "W1 some warning\nkubeadm join apiserver.cluster.local:6443 --token abcdef.0123456789abcdef" +
			" --discovery-token-ca-cert-hash sha256:" + key + " --control-plane --certificate-key " + args[4] + "\n", nil
	}
	return "ok", nil
}

func (h *fakeHost) Source(to string) (netip.Addr, error) {
	if to != "10.103.97.2" {
		return netip.Addr{}, errFake
	}
	return netip.ParseAddr("10.88.0.21")
}

func (h *fakeHost) Addresses(one netip.Addr) ([]netip.Addr, error) {
	var list []netip.Addr
	for _, address := range h.has {
		list = append(list, netip.MustParseAddr(address))
	}
	if !slices.Contains(list, one) {
		return nil, errFake
	}
	return list, nil
}

func (h *fakeHost) Wait(ctx context.Context) error {
	h.calls = append(h.calls, "wait")
	return ctx.Err()
}

const (
	key      = "6b1d0f0c4a6ad3c7b9d1c8a9a3be2b8c2b9a1d4e5f60718293a4b5c6d7e8f901"
	config   = "etc/kubernetes/kubeadm.yaml"
	sealers  = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\n---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\netcd: {local: {dataDir: /data/etcd}}\n"
	joining  = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: JoinConfiguration\n"
	manifest = "etc/kubernetes/manifests/kube-apiserver.yaml"
)

// initLine is what sealer calls.
var initLine = []string{"init", "--config=/" + config, "--upload-certs", "-v", "0", "--ignore-preflight-errors=SystemVerification,Port-10250"}

const (
	realInit = "run /usr/local/lib/opc/kubeadm init --config=/etc/kubernetes/kubeadm.v1beta4.yaml --upload-certs -v 0 --ignore-preflight-errors=SystemVerification,Port-10250"
	realJoin = "run /usr/local/lib/opc/kubeadm join --config=/etc/kubernetes/kubeadm.v1beta4.yaml -v 0"
	leftover = "%s,FileAvailable--etc-kubernetes-bootstrap-kubelet.conf,FileAvailable--etc-kubernetes-kubelet.conf," +
		"FileAvailable--etc-kubernetes-manifests-etcd.yaml,FileAvailable--etc-kubernetes-manifests-kube-apiserver.yaml," +
		"FileAvailable--etc-kubernetes-manifests-kube-controller-manager.yaml,FileAvailable--etc-kubernetes-manifests-kube-scheduler.yaml," +
		"FileAvailable--etc-kubernetes-pki-ca.crt,Port-10250,Port-10257,Port-10259,Port-2379,Port-2380,Port-6443"
)

var joinLine = []string{"join", "--config=/" + config, "-v", "0"}

var cases = map[string]struct {
	args   []string
	files  map[string]string
	fail   map[string]int
	calls  []string
	out    string // part of what is printed
	err    string // part of the message
	marker bool
}{
	"the first init": {
		args: initLine, files: map[string]string{config: sealers},
		calls: []string{realInit}, marker: true,
	},
	"with checks to ignore": {
		args: joinLine, files: map[string]string{config: joining, IgnoreFile: "Swap # why\n\nSystemVerification Swap\n"},
		calls: []string{realJoin + " --ignore-preflight-errors=Swap,SystemVerification"}, marker: true,
	},
	"an init that fails": {
		args: initLine, files: map[string]string{config: sealers}, fail: map[string]int{"init": 1},
		calls: []string{realInit}, err: "failed as asked",
	},
	"an init after one that was killed": {
		args: initLine, files: map[string]string{config: sealers, manifest: ""},
		calls: []string{realInit + " --ignore-preflight-errors=" + fmt.Sprintf(leftover, "DirAvailable--data-etcd,DirAvailable--etc-kubernetes-manifests")}, marker: true,
	},
	"a join after one that was killed": {
		args: joinLine, files: map[string]string{config: joining, "etc/kubernetes/bootstrap-kubelet.conf": ""},
		calls: []string{realJoin + " --ignore-preflight-errors=" + fmt.Sprintf(leftover, "DirAvailable--etc-kubernetes-manifests,DirAvailable--var-lib-etcd")}, marker: true,
	},
	"a second init": {
		args: initLine, files: map[string]string{config: sealers, manifest: "", Marker: ""}, fail: map[string]int{"readyz": 2},
		calls: []string{
			"output kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s get --raw /readyz", "wait",
			"output kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s get --raw /readyz", "wait",
			"output kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=5s get --raw /readyz",
			"output /usr/local/lib/opc/kubeadm init phase upload-certs --upload-certs",
			"output /usr/local/lib/opc/kubeadm token create --print-join-command --certificate-key " + key,
		},
		out: "--certificate-key " + key + "\n\nPlease note", marker: true,
	},
	"a second init of a cluster that is down": {
		args: initLine, files: map[string]string{config: sealers, manifest: "", Marker: ""}, fail: map[string]int{"readyz": tries},
		err: "its API server does not answer", marker: true,
	},
	"a second join": {
		args: joinLine, files: map[string]string{config: joining, "etc/kubernetes/kubelet.conf": "", Marker: ""},
		calls: []string{"output kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout=5s get node s4"},
		out:   "a node of the cluster already", marker: true,
	},
	"a second join under another name": {
		args: append(joinLine, "--node-name", "10.0.0.4"), files: map[string]string{config: joining, "etc/kubernetes/kubelet.conf": "", Marker: ""},
		calls: []string{"output kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout=5s get node 10.0.0.4"},
		out:   "already", marker: true,
	},
	"a join of a node the cluster has forgotten": {
		args: joinLine, files: map[string]string{config: joining, "etc/kubernetes/kubelet.conf": "", Marker: ""}, fail: map[string]int{"get node": 1},
		calls: []string{
			"output kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout=5s get node s4",
			realJoin + " --ignore-preflight-errors=" + fmt.Sprintf(leftover, "DirAvailable--etc-kubernetes-manifests,DirAvailable--var-lib-etcd"),
		}, marker: true,
	},
	"a marker without a node": {
		args: joinLine, files: map[string]string{config: joining, Marker: ""},
		calls: []string{realJoin}, marker: true,
	},
	"reset": {
		args: []string{"reset", "-f", "-v", "0"}, files: map[string]string{Marker: ""},
		calls: []string{"run /usr/local/lib/opc/kubeadm reset -v 0 --config=/run/opc-kubeadm-reset.yaml"},
	},
	"a reset that is asked for more": {
		args: []string{"reset", "-f", "--cleanup-tmp-dir"}, files: map[string]string{Marker: ""},
		calls: []string{"run /usr/local/lib/opc/kubeadm reset -f --cleanup-tmp-dir"},
	},
	"a reset that may ask back": {
		args: []string{"reset", "--v=5"}, files: map[string]string{Marker: ""},
		calls: []string{"run /usr/local/lib/opc/kubeadm reset --v=5"},
	},
	"a reset that fails": {
		args: []string{"reset"}, files: map[string]string{Marker: ""}, fail: map[string]int{"reset": 1},
		calls: []string{"run /usr/local/lib/opc/kubeadm reset"}, err: "failed as asked", marker: true,
	},
	"a phase": {
		args: []string{"init", "phase", "upload-certs", "--upload-certs"}, files: map[string]string{Marker: ""},
		calls: []string{"become /usr/local/lib/opc/kubeadm init phase upload-certs --upload-certs"}, marker: true,
	},
	"a phase with a configuration": {
		args: []string{"-v", "5", "init", "phase", "certs", "all", "--config", "/" + config}, files: map[string]string{config: sealers},
		calls: []string{"become /usr/local/lib/opc/kubeadm -v 5 init phase certs all --config /etc/kubernetes/kubeadm.v1beta4.yaml"},
	},
	"a rehearsal": {
		args: append(joinLine, "--dry-run"), files: map[string]string{config: joining, Marker: ""},
		calls: []string{"become /usr/local/lib/opc/kubeadm join --config=/etc/kubernetes/kubeadm.v1beta4.yaml -v 0 --dry-run"}, marker: true,
	},
	"not a rehearsal": {
		args: append(joinLine, "--dry-run=false"), files: map[string]string{config: joining},
		calls: []string{realJoin + " --dry-run=false"}, marker: true,
	},
	"a question": {
		args: []string{"reset", "--help"}, files: map[string]string{Marker: ""},
		calls: []string{"become /usr/local/lib/opc/kubeadm reset --help"}, marker: true,
	},
	"a configuration of today": {
		args: []string{"config", "validate", "--config=/" + config}, files: map[string]string{config: strings.ReplaceAll(joining, "beta3", "beta4")},
		calls: []string{"become /usr/local/lib/opc/kubeadm config validate --config=/" + config},
	},
	"a configuration that is not there": {
		args: joinLine, calls: []string{"run /usr/local/lib/opc/kubeadm join --config=/etc/kubernetes/kubeadm.yaml -v 0"}, marker: true,
		files: map[string]string{"etc/kubernetes/x": ""},
	},
	"a configuration not understood": {
		args: joinLine, files: map[string]string{config: joining + "nodeName: x\n"},
		err: "/etc/kubernetes/kubeadm.yaml: document 1 (JoinConfiguration): nodeName: ",
	},
	"not YAML": {args: joinLine, files: map[string]string{config: "a: ["}, err: "kubeadm.yaml: document 1: "},
	"a bad patch": {
		args: joinLine, files: map[string]string{config: joining, PatchDir + "/20-user.yaml": "kind: Pod"},
		err: PatchDir + `/20-user.yaml: document 1 (Pod): kind "Pod" cannot be patched`,
	},
	"an upgrade": {
		args: []string{"upgrade", "apply", "v1.37.2", "--yes"}, files: map[string]string{Marker: "", IgnoreFile: "SystemVerification # cgroup v1\n"},
		calls: []string{"become /usr/local/lib/opc/kubeadm upgrade apply v1.37.2 --yes --ignore-preflight-errors=SystemVerification"}, marker: true,
	},
	"an upgrade of another host": {
		args: []string{"-v", "1", "upgrade", "node"}, files: map[string]string{IgnoreFile: "Swap\n"},
		calls: []string{"become /usr/local/lib/opc/kubeadm -v 1 upgrade node --ignore-preflight-errors=Swap"},
	},
	"an upgrade, and nothing to ignore": {
		args: []string{"upgrade", "plan"}, files: map[string]string{Marker: ""},
		calls: []string{"become /usr/local/lib/opc/kubeadm upgrade plan"}, marker: true,
	},
	"a phase of an upgrade": {
		args: []string{"upgrade", "node", "phase", "kubelet-config"}, files: map[string]string{IgnoreFile: "Swap\n"},
		calls: []string{"become /usr/local/lib/opc/kubeadm upgrade node phase kubelet-config"},
	},
	"an upgrade that has no checks": {
		args: []string{"upgrade", "diff"}, files: map[string]string{IgnoreFile: "Swap\n"},
		calls: []string{"become /usr/local/lib/opc/kubeadm upgrade diff"},
	},
	"nothing at all": {calls: []string{"become /usr/local/lib/opc/kubeadm "}},
}

func TestCalls(t *testing.T) {
	t.Parallel()
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			for name, text := range test.files {
				put(t, filepath.Join(root, name), text)
			}
			args := make([]string, len(test.args))
			for i, a := range test.args {
				args[i] = strings.Replace(a, "/"+config, filepath.Join(root, config), 1)
			}
			host := &fakeHost{root: root, fail: test.fail}
			var out strings.Builder
			s := Step{Host: host, Out: &out, Root: root, Hostname: "S4\n"}
			err := s.Main(t.Context(), args)
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q in it", err, test.err)
			}
			if diff := cmp.Diff(test.calls, host.calls); diff != "" && test.calls != nil {
				t.Errorf("calls (-want +got)\n%s", diff)
			}
			if !strings.Contains(out.String(), test.out) {
				t.Errorf("printed %q, want %q in it", out.String(), test.out)
			}
			if s.exists(Marker) != test.marker {
				t.Errorf("marker: %v", s.exists(Marker))
			}
		})
	}
}

// TestSealerReadsJoin takes the output of a second init apart as sealer does
// (pkg/runtime/kubernetes/init.go, decodeMaster0Output).
func TestSealerReadsJoin(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := Step{Host: &fakeHost{}, Out: &out, Root: t.TempDir()}
	if err := s.printJoin(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(out.String(), "kubeadm join")
	command, _, note := strings.Cut(after, "Please note")
	if !ok || !note || strings.Contains(command, "kubeadm join") {
		t.Fatalf("not what sealer looks for: %q", out.String())
	}
	words := strings.Split(command, " ")
	got := map[string]string{}
	for i, word := range words {
		if strings.HasPrefix(word, "--") && i+1 < len(words) {
			got[word] = words[i+1]
		}
	}
	if got["--token"] != "abcdef.0123456789abcdef" || got["--discovery-token-ca-cert-hash"] != "sha256:"+key || got["--certificate-key"][:64] != key {
		t.Errorf("sealer reads %v", got)
	}
}

// TestPatchesApply looks at the file that kubeadm gets: patches in order, for
// root only, and sealer's own untouched.
func TestPatchesApply(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, filepath.Join(root, config), joining)
	for name, text := range map[string]string{
		"10-image.yaml": "kind: JoinConfiguration\nnodeRegistration: {name: a, imagePullSerial: false}",
		"20-user.yml":   "kind: JoinConfiguration\nnodeRegistration: {name: b}",
		"30-readme.txt": "no patch",
	} {
		put(t, filepath.Join(root, PatchDir, name), text)
	}
	s := Step{Host: &fakeHost{}, Out: &strings.Builder{}, Root: root}
	if err := s.Main(t.Context(), []string{"join", "--config", filepath.Join(root, config)}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(root, "etc/kubernetes/kubeadm.v1beta4.yaml")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\nnodeRegistration:\n  imagePullSerial: false\n  name: b\n"
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if text, err := os.ReadFile(filepath.Join(root, config)); err != nil || string(text) != joining {
		t.Errorf("sealer's file is now %q, %v", text, err)
	}
}

func put(t *testing.T, name, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(name), 0o755)
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
